// The progress of a batch and its list without reloading by hand; without this script the page reloads itself.
const place = document.querySelector("[data-progress]");
const words = document.getElementById("progress-text");
const said = document.getElementById("progress-said");
const bar = place?.querySelector("progress");
const EVERY = 2000, LIST_EVERY = 8000, AFTER_FAULT = 6000;
let read = bar ? bar.value : 0, share = -1, listed = Date.now();

async function ask(address, accept) {
  const answer = await fetch(address, { headers: { Accept: accept } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer;
}

async function look() {
  const now = await (await ask(place.dataset.progress, "application/json")).json();
  words.textContent = now.text;
  bar.max = Math.max(now.pages, 1);
  bar.value = now.read;
  // aloud only what is worth an interruption: every tenth, and the end
  if (now.share !== share || now.finished) { if (share !== -1 || now.finished) said.textContent = now.text; share = now.share; }
  if (now.finished || !now.going) { location.reload(); return; }
  if (now.read > read && Date.now() - listed > LIST_EVERY) { await list(); read = now.read; listed = Date.now(); }
  setTimeout(retry, EVERY);
}

// Whoever has the focus in the list keeps it: the list is renewed when they have moved on.
async function list() {
  const old = document.getElementById("batch-list");
  if (!old || old.contains(document.activeElement) || String(getSelection()) || document.querySelector("details[open]")) return;
  const text = await (await ask(`${location.pathname}?part=list`, "text/html")).text();
  const bare = text.replace(/<style[^]*?<\/style>/g, ""); // its nonce is another page's, and the browser would complain
  const page = new DOMParser().parseFromString(bare, "text/html");
  const fresh = page.getElementById("batch-list");
  if (fresh) old.replaceWith(document.adoptNode(fresh));
}

function retry() { look().catch(() => setTimeout(retry, AFTER_FAULT)); }

if (place) setTimeout(retry, EVERY);
