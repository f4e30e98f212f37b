// The error summary (or the receipt's heading) is where reading goes on after a page was sent.
export function focusFirst() {
  if (location.hash) return;
  const target = document.querySelector("[data-focus]");
  if (target) target.focus({ preventScroll: false });
}
