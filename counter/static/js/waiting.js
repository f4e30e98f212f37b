// A page that waits for a job: asked again quietly, and loaded anew only when there is something else to show.
const waiting = document.querySelector("[data-waiting]");

async function ask() {
  const answer = await fetch(location.href);
  if (answer.ok && !(await answer.text()).includes("data-waiting")) location.reload();
  else setTimeout(again, 1500);
}

function again() { ask().catch(() => setTimeout(again, 5000)); }

if (waiting) setTimeout(again, 1000);
