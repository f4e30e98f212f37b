// The progress of a batch without reloading by hand; without this script the page reloads itself.
const place = document.querySelector("[data-progress]");
const words = document.getElementById("progress-text");
const bar = place?.querySelector("progress");
let read = bar ? bar.value : 0;

async function look() {
  const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const now = await answer.json();
  if (words.textContent !== now.text) words.textContent = now.text;
  bar.max = Math.max(now.pages, 1);
  bar.value = now.read;
  if (now.finished || now.read > read) { read = now.read; location.reload(); return; }
  setTimeout(retry, 1500);
}

function retry() { look().catch(() => setTimeout(retry, 5000)); }

if (place) setTimeout(retry, 1500);
