// Leaving a page with unsent answers asks first; a submission is sent once.
export function warnUnsaved() {
  const form = document.querySelector("form[data-unsaved]");
  if (!form) return;
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  form.addEventListener("saved", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

export function sendOnce() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    // Back from the next page: the form may be sent again, and the server tells a resend from a new one.
    addEventListener("pageshow", () => { sent = false; });
  }
}
