// A button that copies the text of the element it names. Hidden until it can work.
export function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent.replace(/\s+/g, ""));
      button.querySelector("span").textContent = button.dataset.done;
      button.setAttribute("aria-live", "polite");
    });
  }
}
