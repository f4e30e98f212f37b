// The page beside the form: the zone of the field in hand lit, larger, smaller and turned, by key and by button.
(() => {
  const form = document.querySelector("[data-review]");
  const paper = document.querySelector(".sc-paper");
  const STEPS = [1, 1.5, 2, 3, 4];
  let size = 0, turn = 0, lit = null;

  function show(zone) {
    if (!zone || (paper.scrollHeight <= paper.clientHeight && paper.scrollWidth <= paper.clientWidth)) return;
    const here = zone.getBoundingClientRect(), frame = paper.getBoundingClientRect();
    paper.scrollTop += here.top + here.height / 2 - frame.top - frame.height / 2;
    paper.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
  }

  function light(node) {
    lit?.classList.remove("sc-lit");
    const item = node?.closest?.("[data-item]");
    const part = item && node.name && paper.querySelector(`[data-input="${CSS.escape(node.name)}"]`);
    lit = part || (item?.dataset.zone && document.getElementById(item.dataset.zone)) || null;
    lit?.classList.add("sc-lit");
    show(lit);
  }

  function zoom(step) {
    size = Math.max(0, Math.min(STEPS.length - 1, size + step));
    paper.style.setProperty("--sc-zoom", STEPS[size]);
    document.querySelector("[data-zoomed]").textContent = `${STEPS[size] * 100}%`;
    show(lit);
  }

  function rotate() {
    turn = (turn + 1) % 4;
    for (const page of paper.querySelectorAll(".sc-page")) page.dataset.turned = turn;
    show(lit);
  }

  const tools = document.querySelector("[data-tools]");
  tools.hidden = false;
  for (const button of tools.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
  tools.querySelector("[data-turn]").addEventListener("click", rotate);
  tools.querySelector("[data-whole]").addEventListener("click", () => { turn = 3; rotate(); zoom(-STEPS.length); });
  form.addEventListener("focusin", (event) => light(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "F2") { event.preventDefault(); zoom(event.shiftKey ? -1 : 1); }
    if (event.key === "F9") { event.preventDefault(); rotate(); }
  });
  light(document.activeElement);
})();
