// Keys of the review screen, and the zone of the field in hand lit on the page. Everything works without it, by Tab.
const form = document.querySelector("[data-review]");
const items = [...form.querySelectorAll("[data-item]")];
const doubts = items.filter((item) => "doubt" in item.dataset);
const paper = document.querySelector(".sc-paper");
const path = [];

const control = (item) => (item.dataset.part && item.querySelector(`[name="${item.dataset.part}"]`)) || item.querySelector("input:not([type=hidden]):not([type=radio]), textarea, select, input[type=radio]:checked, input");
const itemOf = (node) => node.closest?.("[data-item]");

function go(item) {
  const target = item ? control(item) : form.querySelector("[data-confirm]");
  const before = itemOf(document.activeElement);
  if (before) path.push(before);
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

function light(item) {
  document.querySelectorAll(".sc-zones .sc-lit").forEach((zone) => zone.classList.remove("sc-lit"));
  const zone = item?.dataset.zone && document.getElementById(item.dataset.zone);
  if (!zone) return;
  zone.classList.add("sc-lit");
  if (paper.scrollHeight > paper.clientHeight) {
    const here = zone.getBoundingClientRect(), frame = paper.getBoundingClientRect();
    paper.scrollTop += here.top + here.height / 2 - frame.top - frame.height / 2;
  }
}

function alternative(input, item, step) {
  const readings = JSON.parse(item.dataset.alternatives || "[]");
  if (!readings.length || input.tagName !== "INPUT" || input.type === "radio" || input.type === "checkbox") return false;
  if (item.querySelectorAll("input[type=text], input[type=tel]").length !== 1) return false;
  item.own ??= input.value;
  const all = [item.own, ...readings.filter((reading) => reading !== item.own)];
  const next = (all.indexOf(input.value) + step + all.length) % all.length;
  input.value = all[next];
  return true;
}

form.addEventListener("focusin", (event) => light(itemOf(event.target)));
form.addEventListener("keydown", (event) => {
  const item = itemOf(event.target);
  const typing = event.isComposing || event.keyCode === 229;
  if (typing) return;
  if (event.key === "Enter" && item && event.target.tagName !== "TEXTAREA" && !event.ctrlKey) {
    event.preventDefault();
    onward(item);
  } else if (event.key === "Escape" && path.length) {
    event.preventDefault();
    const back = path.pop();
    control(back).focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && item) {
    if (alternative(event.target, item, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F8") { event.preventDefault(); onward(itemOf(document.activeElement)); }
});
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
else if (doubts.length) go(doubts[0]);
else form.querySelector("[data-confirm]").focus();
