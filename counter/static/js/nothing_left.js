// While a clerk serves somebody: a page that is left shows nothing when a browser brings it back from memory.
addEventListener("pagehide", () => { document.documentElement.hidden = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
