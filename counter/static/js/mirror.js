// The second screen: looks every few seconds whether there is something new. Without scripts the page reloads itself.
const page = document.querySelector("[data-mirror]");

async function look() {
  try {
    const answer = await fetch(page.dataset.mirror, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).mark !== page.dataset.mark) location.reload();
  } catch { /* the counter's network is away: what stands here stays */ }
}

if (page) setInterval(look, Number(page.dataset.seconds) * 1000);
addEventListener("pagehide", () => { document.documentElement.hidden = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
