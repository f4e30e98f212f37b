// How long each field takes, and a sign of life so that nobody else opens the form meanwhile.
(() => {
  const form = document.querySelector("[data-review]");
  const LONGEST = 120; // seconds in one field: longer is a pause
  const EVERY = 120000;
  const spent = new Map();
  let item = null, since = 0, leaving = false;

  function stop() {
    if (item) spent.set(item, (spent.get(item) ?? Number(item.dataset.seconds ?? 0)) + Math.min(LONGEST, (performance.now() - since) / 1000));
    item = null;
  }

  function start(next) {
    if (next === item) return;
    stop();
    item = next;
    since = performance.now();
  }

  form.addEventListener("focusin", (event) => start(event.target.closest?.("[data-item]") ?? null));
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else start(document.activeElement?.closest?.("[data-item]") ?? null); });
  form.addEventListener("submit", () => {
    stop();
    leaving = true;
    const known = new Map([...form.querySelectorAll("[data-seconds]")].map((one) => [one, Number(one.dataset.seconds)]));
    for (const [one, seconds] of new Map([...known, ...spent])) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = `seconds.${one.dataset.item}`;
      hidden.value = seconds.toFixed(1);
      form.append(hidden);
    }
  });

  const clock = document.querySelector("[data-clock]"), shown = document.querySelector("[data-clock-time]");
  const opened = performance.now();
  clock.hidden = false;
  setInterval(() => {
    const seconds = Math.round((performance.now() - opened) / 1000);
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 1000);

  const token = () => { const data = new FormData(); data.append("csrf_token", form.querySelector("[name=csrf_token]").value); return data; };

  async function hold() {
    if (document.hidden) return;
    const answer = await fetch(form.dataset.hold, { method: "POST", body: token() }).catch(() => null);
    if (answer?.status !== 409 || document.querySelector("[data-lost]")) return;
    const { holder, settled } = await answer.json();
    const banner = document.createElement("div");
    banner.className = "sc-banner sc-banner--warning";
    banner.setAttribute("role", "alert");
    banner.dataset.lost = "";
    banner.textContent = settled ? "この用紙の確認は、ほかの方が済ませました。" : `${holder}さんがこの用紙を引き継ぎました。ここでの入力は保存できません。`;
    form.prepend(banner);
  }
  setInterval(hold, EVERY);
  addEventListener("pageshow", (event) => { leaving = false; if (event.persisted) hold(); });
  addEventListener("pagehide", () => { if (!leaving) navigator.sendBeacon(form.dataset.letGo, token()); });
  start(document.activeElement?.closest?.("[data-item]") ?? null);
})();
