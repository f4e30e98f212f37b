// A code that came behind the # of an address, which no server sees: into the input, and out of the address at once.
const form = document.querySelector("[data-code-from-address]");
const code = decodeURIComponent(location.hash.slice(1));
if (form && /^[0-9A-Za-z-]{17,24}$/.test(code)) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.querySelector(".sc-actions button").focus();
}
