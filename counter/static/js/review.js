// Keys of the review screen: on to the next doubtful field, other readings, back, undo. By Tab everything works without it.
const form = document.querySelector("[data-review]");
const items = [...form.querySelectorAll("[data-item]")];
const doubts = items.filter((item) => "doubt" in item.dataset);
const path = [];
const past = [];
const ENTRY = "input:not([type=hidden]), textarea, select";

const itemOf = (node) => node?.closest?.("[data-item]");
const control = (item) => (item.dataset.part && item.querySelector(`[name="${item.dataset.part}"]`)) || item.querySelector("input:not([type=hidden]):not([type=radio]), textarea, select, input[type=radio]:checked, input");

function go(item) {
  const target = item ? control(item) : form.querySelector("[data-confirm]");
  const before = itemOf(document.activeElement);
  if (before && before !== item) path.push(before);
  item?.closest("details")?.setAttribute("open", "");
  target.focus({ preventScroll: true });
  (item ?? target).scrollIntoView({ block: item ? "start" : "nearest" });
  if (target.select && target.type !== "radio" && target.type !== "checkbox") target.select();
}

function onward(from) {
  const at = doubts.indexOf(from);
  const later = from && at < 0 ? doubts.find((item) => items.indexOf(item) > items.indexOf(from)) : doubts[at + 1];
  go(later);
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
  for (const [node, value, checked] of before) { node.value = value; node.checked = checked; }
  held.set(item, state(item));
  before[0][0].dispatchEvent(new Event("input", { bubbles: true }));
  go(item);
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
    onward(item);
  } else if (event.key === "Escape" && path.length) {
    event.preventDefault();
    control(path.pop()).focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && item) {
    if (alternative(event.target, item, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "F8") { event.preventDefault(); onward(itemOf(document.activeElement)); }
  if (event.key === "F4") { event.preventDefault(); undo(); }
});
const undoing = form.querySelector("[data-undo]");
undoing.hidden = false;
undoing.addEventListener("click", undo);
document.querySelector("[data-keys]").hidden = false;

const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
else if (doubts.length) go(doubts[0]);
else form.querySelector("[data-confirm]").focus();
