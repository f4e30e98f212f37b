// What exists only where scripts run: the print button, and F8 on to the next sheet as on the review screen.
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
const next = document.querySelector("[data-next]");
if (next) {
  next.querySelector("[data-next-key]").hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F8" || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    next.click();
  });
}
