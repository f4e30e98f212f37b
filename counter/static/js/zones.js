// Zones drawn over a blank page by mouse, finger or keys. The inputs at the side are the truth: this script only moves them,
// and without it they can be typed into. Millimetres everywhere.
import { warnUnsaved } from "./unsaved.js";

const form = document.querySelector("[data-zones]");
const rows = form.querySelector("[data-rows]");
const paper = form.querySelector(".sc-paper");
const says = form.querySelector("[data-says]");
const next = form.querySelector("[data-next]");
const facts = JSON.parse(form.dataset.facts);
const sheets = new Map([...form.querySelectorAll("[data-page]")].map((node) => [Number(node.dataset.page), {
  node, svg: node.querySelector("svg"), layout: JSON.parse(node.dataset.layout), width: Number(node.dataset.width), height: Number(node.dataset.height),
}]));
const spots = facts.flatMap((place) => place.spots.map((spot) => ({ ...spot, place })));
const plain = (text) => text.replace(/\s+/g, "");
const byLabel = new Map(spots.map((spot) => [plain(spot.label), spot]));
const NAMES = ["page", "x", "y", "w", "h", "target", "way", "count"];
const NS = "http://www.w3.org/2000/svg";
const SNAP = 1.4, LEAST = 1.5, ALIKE = 0.55;
const past = [], future = [];
let selected = null, tool = "draw", zoom = 100, drag = null, before = null;

const round = (value) => Math.round(value * 10) / 10;
const input = (row, name) => row.querySelector(`[name="${name}"]`);
const all = () => [...rows.children];
const spotOf = (zone) => byLabel.get(plain(zone.target));
const say = (words) => { says.textContent = words; };

function read(row) {
  const zone = Object.fromEntries(NAMES.map((name) => [name, input(row, name).value]));
  for (const name of ["page", "x", "y", "w", "h", "count"]) zone[name] = Number(zone[name]) || 0;
  return zone;
}

function write(row, zone) {
  for (const name of NAMES) if (name in zone) input(row, name).value = typeof zone[name] === "number" ? round(zone[name]) : zone[name];
}

function addRow(zone) {
  const row = document.getElementById("zone-row").content.firstElementChild.cloneNode(true);
  row.querySelectorAll("[data-plain]").forEach((node) => { node.hidden = true; });
  write(row, zone);
  rows.append(row);
  return row;
}

// -- what was before ---------------------------------------------------------

const snapshot = () => JSON.stringify(all().map(read));

function changed(earlier) {
  const now = snapshot();
  if (earlier === now) return;
  past.push(earlier);
  if (past.length > 200) past.shift();
  future.length = 0;
  before = now;
  form.dispatchEvent(new Event("input"));
  form.querySelectorAll("[data-general]").forEach((node) => node.remove());  // said of what was saved
  show();
}

function restore(from, to) {
  if (!from.length) return;
  const place = all().indexOf(selected);
  to.push(snapshot());
  const zones = JSON.parse(from.pop());
  while (rows.children.length > zones.length) rows.lastElementChild.remove();
  zones.forEach((zone, at) => write(rows.children[at] ?? addRow(zone), zone));
  before = snapshot();
  select(rows.children[Math.min(place, zones.length - 1)] ?? null, false);
  form.dispatchEvent(new Event("input"));
  show();
}

// -- showing -----------------------------------------------------------------

function element(name, attributes, ...children) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function problems(zones) {
  return zones.map((zone, at) => {
    const found = [], sheet = sheets.get(zone.page), spot = spotOf(zone);
    if (!sheet) found.push(`${zone.page}ページはありません。`);
    else if (zone.x < 0 || zone.y < 0 || zone.x + zone.w > sheet.width + 0.05 || zone.y + zone.h > sheet.height + 0.05) found.push("用紙からはみ出しています。");
    const least = zone.way === "tick" || zone.way === "circle" ? 1.8 : 4;
    if (zone.w < least || zone.h < least) found.push(`小さすぎます。縦も横も${least}ミリ以上にしてください。`);
    if (zone.target.trim() && !spot) found.push("候補にない項目です。候補から選んでください。");
    if (spot && !spot.ways.includes(zone.way)) found.push("この項目は、この書き方では読めません。");
    zones.slice(0, at).forEach((other, place) => {
      if (spot && spotOf(other) === spot) found.push(`枠${place + 1}と同じ項目です。`);
      if (overlap(zone, other) > 0.15) found.push(`枠${place + 1}と重なっています。`);
    });
    return found;
  });
}

function overlap(one, two) {
  if (one.page !== two.page) return 0;
  const wide = Math.min(one.x + one.w, two.x + two.w) - Math.max(one.x, two.x);
  const high = Math.min(one.y + one.h, two.y + two.h) - Math.max(one.y, two.y);
  return (Math.max(0, wide) * Math.max(0, high)) / (Math.min(one.w * one.h, two.w * two.h) || 1);
}

function show() {
  const zones = all().map(read), found = problems(zones), focused = document.activeElement?.closest?.(".sc-drawn__zone")?.dataset.at;
  for (const { svg } of sheets.values()) svg.replaceChildren();
  all().forEach((row, at) => {
    const zone = zones[at], sheet = sheets.get(zone.page), words = zone.target.trim() || "項目なし";
    showRow(row, at, zone, found[at]);
    if (!sheet) return;
    const kind = found[at].length ? " sc-drawn__zone--wrong" : spotOf(zone) ? "" : " sc-drawn__zone--open";
    const group = element("g", { class: `sc-drawn__zone${kind}${row === selected ? " sc-drawn__zone--on" : ""}`, tabindex: 0, role: "button", "data-at": at, "aria-pressed": row === selected, "aria-label": `枠${at + 1}　${words}　左${zone.x} 上${zone.y} 幅${zone.w} 高さ${zone.h}ミリ${found[at].length ? "　" + found[at].join("") : ""}` });
    group.append(element("rect", { x: zone.x, y: zone.y, width: Math.max(0, zone.w), height: Math.max(0, zone.h) }), ...pieces(zone));
    const label = element("text", { x: zone.x + 0.6, y: zone.y + 2.8 });
    label.textContent = at + 1;
    group.append(label);
    if (row === selected) for (const corner of ["nw", "ne", "sw", "se"]) group.append(element("circle", { class: "sc-drawn__handle", "data-corner": corner, cx: zone.x + (corner[1] === "e" ? zone.w : 0), cy: zone.y + (corner[0] === "s" ? zone.h : 0), r: 1.4 }));
    sheet.svg.append(group);
  });
  if (focused !== undefined) groupOf(rows.children[focused])?.focus({ preventScroll: true });
  form.querySelector("[data-count]").textContent = zones.length;
  form.querySelector("[data-none]").hidden = zones.length > 0;
  form.querySelector('[data-do="undo"]').disabled = !past.length;
  form.querySelector('[data-do="redo"]').disabled = !future.length;
  showPlaces(zones);
}

function pieces(zone) {
  const made = [];
  for (let n = 1; zone.count > 1 && n < Math.min(zone.count, 40); n += 1) {
    if (zone.way === "comb") made.push(element("path", { d: `M${zone.x + (zone.w / zone.count) * n} ${zone.y}v${zone.h}` }));
    if (zone.way === "rules") made.push(element("path", { d: `M${zone.x} ${zone.y + (zone.h / zone.count) * n}h${zone.w}` }));
  }
  return made;
}

function showRow(row, at, zone, found) {
  row.id = `zone-${at + 1}`;
  const box = row.querySelector("[data-zone]");
  box.querySelector("[data-name]").textContent = `枠${at + 1}`;
  box.querySelector("[data-label]").textContent = zone.target.trim() || "（項目なし）";
  box.classList.toggle("sc-zone--wrong", found.length > 0);
  box.classList.toggle("sc-zone--on", row === selected);
  input(row, "gone").value = at;
  box.querySelectorAll("[data-finding]").forEach((node) => node.remove());
  box.querySelector("summary").after(...found.map((words) => {
    const line = document.createElement("p");
    line.className = "sc-error"; line.dataset.finding = ""; line.textContent = `＊${words}`;
    return line;
  }));
  input(row, "target").toggleAttribute("aria-invalid", found.length > 0);
  input(row, "count").closest("label").hidden = zone.way !== "comb" && zone.way !== "rules";
}

const WORDS = { tied: "済", partly: "一部", open: "なし" };

function showPlaces(zones) {
  const tied = new Set(zones.map((zone) => spotOf(zone)?.code));
  const missing = [];
  for (const place of facts) {
    const line = form.querySelector(`[data-place="${place.path}"]`), mine = place.spots.filter((spot) => tied.has(spot.code));
    const era = line?.querySelector(".sc-era");
    if (era) era.hidden = !(tied.has(`${place.path}/year/`) && !mine.some((spot) => spot.part === "era"));
    const printed = era && !era.hidden && era.querySelector("select").value;
    const parts = new Set(mine.map((spot) => spot.part));
    const whole = mine.some((spot) => !spot.part) || place.parts.every((part) => parts.has(part) || (part === "era" && printed));
    const state = !mine.length ? "open" : whole ? "tied" : "partly";
    if (state === "open" && place.needed) missing.push(place.label);
    if (!line) continue;
    line.dataset.state = state;
    line.querySelector("[data-word]").textContent = WORDS[state];
  }
  const words = form.querySelector("[data-missing]");
  words.className = missing.length ? "sc-why" : "sc-small";
  words.textContent = missing.length ? `必ず要るのに、この用紙にない項目：${missing.join("、")}。確認のときに窓口で入力します。` : "必ず要る項目は、すべて用紙にあります。";
}

const groupOf = (row) => row && form.querySelector(`.sc-drawn__zone[data-at="${all().indexOf(row)}"]`);

function select(row, focus = true) {
  const same = row === selected;
  selected = row;
  if (!same) all().forEach((one) => { one.querySelector("details").open = one === row; });
  show();
  if (row && focus) groupOf(row)?.focus({ preventScroll: true });
  if (row && !same) row.querySelector("details").scrollIntoView({ block: "nearest" });
}

// -- tying -------------------------------------------------------------------

function offer(place, after) {
  const tied = new Set(all().map((row) => spotOf(read(row))?.code));
  const left = place ? place.spots.filter((spot) => !tied.has(spot.code)) : [];
  next.replaceChildren(new Option("（あとで結ぶ）", ""), ...left.map((spot) => new Option(spot.label, spot.code)));
  const from = after ? place.spots.findIndex((spot) => spot.code === after.code) : -1;
  const done = after && !after.part && !after.answer;
  const chosen = done ? null : left.find((spot) => place.spots.indexOf(spot) > from && (!after || spot.part || spot.answer));
  next.value = chosen ? chosen.code : "";
  return chosen;
}

function tie(zone, spot, run) {
  if (!spot) return zone;
  const comb = run && spot.ways.includes("comb");
  return { ...zone, target: spot.label, way: comb ? "comb" : spot.ways[0], count: comb ? run : spot.ways[0] === "comb" && !run ? 1 : spot.count };
}

function create(page, box, run = 0) {
  const earlier = snapshot(), spot = spots.find((one) => one.code === next.value);
  let zone = tie({ page, ...box, target: "", way: run ? "comb" : "line", count: run || 1 }, spot, run);
  if (zone.way === "comb" && zone.count < 2) zone = { ...zone, way: spot.ways.includes("line") ? "line" : "comb" };
  const row = addRow(zone);
  changed(earlier);
  select(row);
  const following = spot && offer(spot.place, spot);
  say(`枠${all().length}を作りました。${spot ? `「${spot.label}」に結びました。` : "Enterで項目を選びます。"}${following ? `次は「${following.label}」です。` : ""}`);
}

// -- snapping ----------------------------------------------------------------

const area = (box) => Math.max(0, box.w) * Math.max(0, box.h);
const plainBox = ([x, y, w, h]) => ({ x, y, w, h });

function likeness(one, two) {
  const wide = Math.min(one.x + one.w, two.x + two.w) - Math.max(one.x, two.x), high = Math.min(one.y + one.h, two.y + two.h) - Math.max(one.y, two.y);
  const shared = Math.max(0, wide) * Math.max(0, high);
  return shared / (area(one) + area(two) - shared || 1);
}

function snap(box, layout) {
  if (!form.querySelector("[data-snap]").checked) return { box, run: 0 };
  const runs = layout.combs.map((run) => ({ ...plainBox(run), run: run[4] }));
  const whole = [...runs, ...[...layout.boxes, ...layout.underlines].map(plainBox)].map((one) => [likeness(box, one), one]).sort((a, b) => b[0] - a[0])[0];
  if (whole && whole[0] > ALIKE) return { box: { x: whole[1].x, y: whole[1].y, w: whole[1].w, h: whole[1].h }, run: whole[1].run ?? 0 };
  const upright = layout.lines.filter((line) => line[3] > line[2]).map((line) => line[0] + line[2] / 2);
  const level = layout.lines.filter((line) => line[2] >= line[3]).map((line) => line[1] + line[3] / 2);
  const to = (value, lines) => lines.reduce((best, line) => (Math.abs(line - value) < Math.abs(best - value) ? line : best), value + SNAP) ;
  const near = (value, lines) => { const found = to(value, lines); return Math.abs(found - value) < SNAP ? found : value; };
  const left = near(box.x, upright), top = near(box.y, level), right = near(box.x + box.w, upright), bottom = near(box.y + box.h, level);
  return { box: { x: left, y: top, w: Math.max(LEAST, right - left), h: Math.max(LEAST, bottom - top) }, run: 0 };
}

function boxAt(point, layout) {
  const inside = (box) => point.x >= box.x && point.x <= box.x + box.w && point.y >= box.y && point.y <= box.y + box.h;
  const run = layout.combs.map((one) => ({ ...plainBox(one), run: one[4] })).find(inside);
  if (run) return run;
  return [...layout.boxes, ...layout.underlines].map(plainBox).filter(inside).sort((a, b) => area(a) - area(b))[0];
}

// The next place that nobody has drawn on. A zone that is tied to nothing yet moves on: one walks until the right place.
function nextBox() {
  const from = selected ? read(selected) : null, walks = from && !from.target.trim() ? selected : null;
  const zones = all().filter((row) => row !== walks).map(read);
  for (const [page, { layout }] of sheets) {
    if (from && page < from.page) continue;
    const free = places(layout).filter((box) => !zones.some((zone) => overlap({ page, ...box }, zone) > 0.1));
    const later = free.find((box) => !from || page > from.page || box.y > from.y + 0.5 || (Math.abs(box.y - from.y) <= 0.5 && box.x > from.x + 0.5));
    if (!later) continue;
    const box = { x: later.x, y: later.y, w: later.w, h: later.h };
    if (!walks) { create(page, box, later.run ?? 0); return; }
    const earlier = snapshot();
    write(walks, { page, ...box, way: later.run ? "comb" : "line", count: later.run ?? 1 });
    changed(earlier);
    select(walks);
    groupOf(walks)?.scrollIntoView({ block: "nearest" });
    say(`左${round(box.x)} 上${round(box.y)} 幅${round(box.w)} 高さ${round(box.h)}ミリの四角`);
    return;
  }
  say("この先に、囲んでいない四角はありません。");
}

function places(layout) {
  const runs = layout.combs.map((one) => ({ ...plainBox(one), run: one[4] }));
  const alone = [...layout.boxes, ...layout.underlines].map(plainBox).filter((box) => !runs.some((run) => overlap({ page: 1, ...box }, { page: 1, ...run }) > 0.5));
  return [...runs, ...alone].sort((one, two) => (Math.abs(one.y - two.y) > 1 ? one.y - two.y : one.x - two.x));
}

// -- mouse and finger --------------------------------------------------------

function point(event, svg) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return { x: at.x, y: at.y };
}

function press(event, page, sheet) {
  if (event.button) return;
  const at = point(event, sheet.svg), group = event.target.closest(".sc-drawn__zone");
  if (!group && tool !== "draw") return;
  event.preventDefault();
  sheet.svg.setPointerCapture(event.pointerId);
  const corner = event.target.dataset?.corner;
  if (group) {
    const row = rows.children[group.dataset.at];
    drag = { page, sheet, from: at, row, zone: read(row), corner, earlier: snapshot() };
    select(row);
  } else drag = { page, sheet, from: at, rubber: sheet.svg.appendChild(element("rect", { class: "sc-drawn__rubber" })) };
}

function move(event) {
  if (!drag) return;
  const at = point(event, drag.sheet.svg), dx = at.x - drag.from.x, dy = at.y - drag.from.y;
  if (drag.rubber) {
    for (const [key, value] of Object.entries({ x: Math.min(at.x, drag.from.x), y: Math.min(at.y, drag.from.y), width: Math.abs(dx), height: Math.abs(dy) })) drag.rubber.setAttribute(key, value);
    return;
  }
  if (Math.hypot(dx, dy) < 0.4 && !drag.moved) return;
  drag.moved = true;
  write(drag.row, drag.corner ? resized(drag.zone, drag.corner, dx, dy) : { x: drag.zone.x + dx, y: drag.zone.y + dy });
  show();
}

function resized(zone, corner, dx, dy) {
  const east = corner[1] === "e", south = corner[0] === "s";
  const w = Math.max(LEAST, zone.w + (east ? dx : -dx)), h = Math.max(LEAST, zone.h + (south ? dy : -dy));
  return { w, h, x: east ? zone.x : zone.x + zone.w - w, y: south ? zone.y : zone.y + zone.h - h };
}

function release(event) {
  if (!drag) return;
  const { sheet, page, from, rubber, row, moved, earlier, corner } = drag, at = point(event, sheet.svg);
  drag = null;
  if (!rubber) {
    if (!moved) return;
    const zone = read(row);
    if (corner) write(row, snap({ x: zone.x, y: zone.y, w: zone.w, h: zone.h }, sheet.layout).box);
    changed(earlier);
    return;
  }
  rubber.remove();
  if (event.type === "pointercancel") return;
  const box = { x: Math.min(at.x, from.x), y: Math.min(at.y, from.y), w: Math.abs(at.x - from.x), h: Math.abs(at.y - from.y) };
  if (box.w >= LEAST && box.h >= LEAST) { const found = snap(box, sheet.layout); create(page, found.box, found.run); return; }
  const found = boxAt(at, sheet.layout);
  if (found) create(page, { x: found.x, y: found.y, w: found.w, h: found.h }, found.run ?? 0);
  else say("ここに四角はありません。囲んでください。");
}

// -- keys and buttons --------------------------------------------------------

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function remove() {
  if (!selected) { say("先に枠を選んでください。"); return; }
  const earlier = snapshot(), at = all().indexOf(selected);
  selected.remove();
  selected = null;
  changed(earlier);
  select(rows.children[Math.min(at, rows.children.length - 1)] ?? null);
  if (!rows.children.length) paper.focus();
  say(`枠${at + 1}を消しました。`);
}

function copy() {
  if (!selected) { say("先に枠を選んでください。"); return; }
  const zone = read(selected), earlier = snapshot();
  const row = addRow({ ...zone, y: zone.y + zone.h + 1, target: "" });
  changed(earlier);
  select(row);
}

function nudge(event) {
  const [dx, dy] = STEPS[event.key], step = event.ctrlKey || event.metaKey ? 5 : 0.5, zone = read(selected), earlier = snapshot();
  write(selected, event.shiftKey ? { w: Math.max(LEAST, zone.w + dx * step), h: Math.max(LEAST, zone.h + dy * step) } : { x: zone.x + dx * step, y: zone.y + dy * step });
  changed(earlier);
  const now = read(selected);
  say(event.shiftKey ? `幅${now.w} 高さ${now.h}ミリ` : `左${now.x} 上${now.y}ミリ`);
}

function pageInView() {
  const frame = paper.getBoundingClientRect();
  return [...sheets].find(([, { node }]) => node.getBoundingClientRect().bottom > frame.top + 40)?.[0] ?? 1;
}

function fresh() {
  const page = selected ? read(selected).page : pageInView(), last = selected ? read(selected) : { x: 20, y: 16, w: 60, h: 10 };
  create(page, { x: last.x, y: Math.min(last.y + last.h + 2, sheets.get(page).height - last.h), w: last.w, h: last.h });
}

function keys(event) {
  const group = event.target.closest(".sc-drawn__zone");
  if (group) selected = rows.children[group.dataset.at];
  if (group && event.key in STEPS) nudge(event);
  else if (group && (event.key === "Delete" || event.key === "Backspace")) remove();
  else if (group && (event.key === "Enter" || event.key === " ")) {
    select(selected, false);
    selected.querySelector("details").open = true;
    input(selected, "target").focus();
    input(selected, "target").select();
  } else if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "n" || event.key === "N") fresh();
  else if (event.key === "b" || event.key === "B") nextBox();
  else if (event.key === "Escape" && selected) { select(null); paper.focus(); }
  else return;
  event.preventDefault();
}

function magnify(by) {
  zoom = Math.max(50, Math.min(300, zoom + by));
  for (const { node } of sheets.values()) node.style.width = `${zoom}%`;
  form.querySelector("[data-zoom]").textContent = `${zoom}%`;
}

const DEEDS = {
  next: nextBox, copy, remove, add: fresh, undo: () => restore(past, future), redo: () => restore(future, past),
  smaller: () => magnify(-25), larger: () => magnify(25),
};

for (const [page, sheet] of sheets) sheet.svg.addEventListener("pointerdown", (event) => press(event, page, sheet));
addEventListener("pointermove", move);
addEventListener("pointerup", release);
addEventListener("pointercancel", release);
paper.addEventListener("keydown", keys);
paper.addEventListener("focusin", (event) => {
  const group = event.target.closest(".sc-drawn__zone"), row = group && rows.children[group.dataset.at];
  if (row && row !== selected && !drag) select(row);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.do) { event.preventDefault(); DEEDS[button.dataset.do](); }
  if (button.dataset.tool) {
    tool = button.dataset.tool;
    form.querySelectorAll("[data-tool]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    paper.classList.toggle("sc-paper--pan", tool === "pan");
  }
  if ("pick" in button.dataset) pick(button.closest("[data-place]").dataset.place);
});

function pick(path) {
  const place = facts.find((one) => one.path === path), mine = all().find((row) => spotOf(read(row))?.place === place);
  const chosen = offer(place, null);
  if (selected && !read(selected).target.trim() && chosen) {
    const earlier = snapshot();
    write(selected, tie(read(selected), chosen, 0));
    changed(earlier);
    offer(place, chosen);
    say(`選んでいる枠を「${chosen.label}」に結びました。`);
  } else if (chosen) { say(`次に描く枠を「${chosen.label}」に結びます。`); paper.focus({ preventScroll: true }); }
  else if (mine) select(mine);
}

rows.addEventListener("focusin", (event) => {
  const row = all().find((one) => one.contains(event.target));
  if (row && row !== selected && event.target.tagName !== "SUMMARY") select(row, false);
});
rows.addEventListener("toggle", (event) => {
  const row = all().find((one) => one.contains(event.target));
  if (event.target.open && row !== selected) select(row, false);
}, true);
rows.addEventListener("input", show);
rows.addEventListener("change", (event) => {
  const row = all().find((one) => one.contains(event.target)), zone = read(row), spot = spotOf(zone);
  if (event.target.name === "target" && spot && !spot.ways.includes(zone.way)) write(row, tie(zone, spot, 0));
  if (event.target.name === "target" && spot) { input(row, "target").value = spot.label; offer(spot.place, spot); }
  changed(before);
});
form.addEventListener("change", (event) => { if (event.target.name?.startsWith("era.")) show(); });
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) { event.preventDefault(); DEEDS.undo(); }
  else if (key === "y" || (key === "z" && event.shiftKey)) { event.preventDefault(); DEEDS.redo(); }
});

document.querySelectorAll("[data-script]").forEach((node) => { node.hidden = false; });
document.querySelectorAll("[data-plain]").forEach((node) => { node.hidden = true; });
warnUnsaved();
before = snapshot();
offer(null, null);
show();
if ("changed" in form.dataset) form.dispatchEvent(new Event("input"));
