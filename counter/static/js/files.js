// A chosen file goes up at once, with its progress in words. Without this script its button, or the page's, sends it.
export function sendFiles() {
  for (const input of document.querySelectorAll("input[data-send]")) {
    const says = document.getElementById(input.dataset.told);
    input.addEventListener("change", () => {
      const large = [...input.files].some((file) => file.size > Number(input.dataset.most));
      if (large) { says.textContent = says.dataset.large; input.value = ""; }
      else if (input.files.length) send(input, says);
    });
  }
}

function send(input, says) {
  const body = new FormData(input.form);
  body.append("_do", input.dataset.send);
  const request = new XMLHttpRequest();
  const failed = () => { says.textContent = says.dataset.failed; };
  request.open("POST", input.form.getAttribute("action"));
  request.upload.addEventListener("progress", (event) => {
    const percent = `${Math.floor((100 * event.loaded) / event.total / 10) * 10} %`;
    const words = says.dataset.sending.replace("{percent}", percent);
    if (event.lengthComputable && says.textContent !== words) says.textContent = words;
  });
  request.upload.addEventListener("load", () => { says.textContent = says.dataset.checking; });
  request.addEventListener("load", () => (request.status < 400 ? arrive(input, request.responseURL) : failed()));
  request.addEventListener("error", failed);
  request.send(body);
}

// The page is on the server as it stands here: nothing is unsaved any more.
function arrive(input, address) {
  input.form.dispatchEvent(new Event("submit"));
  const next = new URL(address);
  next.hash = input.closest("[data-path]").id;
  if (next.pathname + next.search !== location.pathname + location.search) location.replace(next);
  else { history.replaceState(null, "", next); location.reload(); }
}
