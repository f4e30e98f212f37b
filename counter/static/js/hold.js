// On a shared machine: warns before the minutes end, and leaves an empty screen when they have.
const BEFORE = 5;

export function holdWarning() {
  const banner = document.querySelector("[data-ends]");
  if (!banner) return;
  const minutes = Number(banner.dataset.ends);
  let timers = [];
  const begin = () => {
    timers.forEach(clearTimeout);
    timers = [
      setTimeout(warn, (minutes - BEFORE) * 60000),
      setTimeout(() => location.replace(banner.dataset.away), minutes * 60000),
    ];
  };
  const warn = () => {
    banner.setAttribute("role", "alert");
    banner.scrollIntoView({ block: "center" });
  };
  begin();
  // Every save in the background begins the minutes anew, as every page does.
  document.addEventListener("saved", begin, true);
}
