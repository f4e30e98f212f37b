// Keys of the review screen: on to the next doubtful field, other readings, back, undo. By Tab everything works without it.
const form = document.querySelector("[data-review]");
const items = [...form.querySelectorAll("[data-item]")];
const doubts = items.filter((item) => "doubt" in item.dataset);
const path = [];
const past = [];
const ENTRY = "input:not([type=hidden]), textarea, select";

const itemOf = (node) => node?.closest?.("[data-item]");
const named = (item, name) => item.querySelector(`[name="${CSS.escape(name)}"]`);
const parts = (item) => (item.dataset.parts ?? "").split(" ").filter(Boolean).map((name) => named(item, name)).filter(Boolean);
const control = (item) => parts(item)[0] ?? item.querySelector("input:not([type=hidden]):not([type=radio]), textarea, select, input[type=radio]:checked, input");
// one step a doubtful place: a field may have several
const steps = doubts.flatMap((item) => (parts(item).length ? parts(item) : [control(item)]));

function go(target) {
  const here = document.activeElement;
  if (itemOf(here) && here !== target) path.push(here);
  const item = itemOf(target);
  item?.closest("details")?.setAttribute("open", "");
  target.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "start" });
  target.scrollIntoView({ block: "nearest" }); // in a tall item the input itself may still be below the window
  if (target.select && target.type !== "radio" && target.type !== "checkbox") target.select();
}

function onward(from) {
  const at = steps.indexOf(from);
  const after = (node) => from.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  go((at >= 0 ? steps[at + 1] : steps.find((node) => !itemOf(from) || after(node))) ?? form.querySelector("[data-confirm]"));
}

// -- undo: what an item held when it was last left or changed

const state = (item) => [...item.querySelectorAll(ENTRY)].map((node) => [node, node.value, node.checked]);
const held = new Map(items.map((item) => [item, state(item)]));

function remember(item) {
  const before = held.get(item);
  if (before.some(([node, value, checked]) => node.value !== value || node.checked !== checked)) past.push([item, before]);
  held.set(item, state(item));
}

function undo() {
  const here = itemOf(document.activeElement);
  if (here) remember(here);
  const last = past.pop();
  if (!last) return;
  const [item, before] = last;
  const [changed] = before.find(([node, value, checked]) => node.value !== value || node.checked !== checked) ?? before[0];
  for (const [node, value, checked] of before) { node.value = value; node.checked = checked; }
  held.set(item, state(item));
  changed.dispatchEvent(new Event("input", { bubbles: true }));
  go(changed);
}

// -- other readings

function put(input, text) {
  const item = itemOf(input);
  remember(item);
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  remember(item);
}

const readings = (item, input) => [...item.querySelectorAll("[data-for]")].filter((line) => line.dataset.for === input.name).flatMap((line) => [...line.querySelectorAll("[data-take]")].map((node) => node.textContent));

function alternative(input, item, step) {
  if (!["INPUT", "TEXTAREA"].includes(input.tagName) || ["radio", "checkbox"].includes(input.type)) return false;
  const others = readings(item, input);
  if (!others.length) return false;
  input.own ??= input.value;
  const all = [input.own, ...others.filter((text) => text !== input.own)];
  put(input, all[(all.indexOf(input.value) + step + all.length) % all.length]);
  return true;
}

for (const words of form.querySelectorAll("[data-take]")) {
  const line = words.closest("[data-for]");
  const input = form.querySelector(`[name="${CSS.escape(line.dataset.for)}"]`);
  if (!input) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sc-take";
  button.tabIndex = -1; // the arrows reach it from the input; Tab goes from field to field
  button.dataset.take = "";
  button.textContent = words.textContent;
  button.addEventListener("click", () => { input.own ??= input.value; put(input, button.textContent); input.focus(); });
  words.replaceWith(button);
}

for (const link of document.querySelectorAll("[data-focus] a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(link.hash.slice(1));
    if (!target || !form.contains(target)) return;
    event.preventDefault();
    go(target); // with its picture and its error in view, which the browser would leave above the window
  });
}

// -- keys

form.addEventListener("focusout", (event) => { const item = itemOf(event.target); if (item) remember(item); });
form.addEventListener("keydown", (event) => {
  const item = itemOf(event.target);
  if (event.isComposing || event.keyCode === 229) return; // Japanese input is choosing characters
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-confirm]"));
  } else if (event.key === "Enter" && item && event.target.tagName !== "TEXTAREA" && event.target.tagName !== "BUTTON") {
    event.preventDefault();
    onward(event.target);
  } else if (event.key === "Escape" && path.length) {
    event.preventDefault();
    path.pop().focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && item) {
    if (alternative(event.target, item, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "F8") { event.preventDefault(); onward(document.activeElement ?? document.body); }
  if (event.key === "F4") { event.preventDefault(); undo(); }
});
const undoing = form.querySelector("[data-undo]");
undoing.hidden = false;
undoing.addEventListener("click", undo);
document.querySelector("[data-keys]").hidden = false;

const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
else if (steps.length) go(steps[0]);
else form.querySelector("[data-confirm]").focus();
