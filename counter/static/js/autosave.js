// Keeps a page of questions while somebody still types, and says when. Without scripts the buttons save.
const WAIT = 3000;

export function autosave() {
  const form = document.querySelector("form[data-autosave]");
  const says = document.querySelector("[data-saved]");
  if (!form || !says) return;
  let timer = 0;
  let sending = null;
  let again = false;
  let sent = false;

  const typed = () => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
    return data;
  };

  async function save() {
    clearTimeout(timer);
    if (sent) return;
    if (sending) { again = true; return; }
    sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed(), signal: sending.signal, keepalive: true, credentials: "same-origin",
        headers: { Accept: "application/json" },
      });
      if (answer.ok) told(await answer.json());
      else says.textContent = says.dataset.failed;
    } catch {
      if (!sent) says.textContent = says.dataset.failed; // offline: the buttons still save
    } finally {
      sending = null;
    }
    if (again) { again = false; save(); }
  }

  function told({ saved, message, seen }) {
    if (message && says.textContent !== message) says.textContent = message;
    if (!saved || sent) return;
    form.elements._seen.value = seen;
    if (!again && !timer) form.dispatchEvent(new Event("saved"));
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; save(); }, WAIT);
  });
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); if (sending) sending.abort(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) { timer = 0; save(); }
  });
  // Back to a page that the browser kept: what it knows of the draft may be old.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
