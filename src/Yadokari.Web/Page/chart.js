// Hosts: one lane each, their load as curves over one time axis, moves as lines from lane to lane.

import { state, now, takeHistories, changed } from "./state.js";
import { clock, element, number, size, span as lasting, speed } from "./format.js";
import { get } from "./ask.js";

const list = document.getElementById("hosts");
const chart = document.getElementById("chart");
const canvas = document.getElementById("curves");
const spanBox = document.getElementById("span");
const back = document.getElementById("back");
const nowButton = document.getElementById("now");
const when = document.getElementById("when");
const rows = new Map();
const axis = 24;
let lane = 52;
let fetched = 0;

/// The end of the shown time: null is now.
let until = null;

export function setUpChart(onDrain, onChoose) {
  spanBox.addEventListener("change", () => { toNow(); load(); });
  back.addEventListener("input", () => goBack((1000 - Number(back.value)) / 1000));
  nowButton.addEventListener("click", toNow);
  list.addEventListener("click", event => {
    const row = event.target.closest(".host");
    if (!row) return;
    if (event.target.closest("button")) onDrain(row.dataset.host);
    else onChoose(row.dataset.host);
  });
  list.addEventListener("focusin", event => { const row = event.target.closest(".host"); if (row) onChoose(row.dataset.host); });
  new ResizeObserver(() => draw()).observe(chart);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

export function toNow() {
  until = null;
  back.value = 1000;
  back.setAttribute("aria-valuetext", "now");
  nowButton.hidden = true;
  when.textContent = "";
  draw();
}

/// Back by up to nine spans: what the hosts keep of it is fetched.
function goBack(part) {
  if (part <= 0) { toNow(); return; }
  const length = Number(spanBox.value) * 1000;
  until = now() - part * length * 9;
  when.textContent = `until ${clock(until)}`;
  back.setAttribute("aria-valuetext", when.textContent);
  nowButton.hidden = false;
  if (now() - until + length > fetched) load(10);
  draw();
}

/// Asks the hosts how they were; what is longer than the hosts' own minute notes is coarser.
export async function load(spans = 1) {
  const seconds = Math.min(Number(spanBox.value) * spans, 28 * 86400);
  fetched = seconds * 1000;
  try {
    const histories = await get(`/api/load?seconds=${seconds}`);
    if (seconds <= 600) takeHistories(histories);
    else {
      state.past = { samples: new Map(histories.map(h => [h.host, h.samples.map(s => [s.at, s.runQueue, s.cpuUse])])) };
      changed("hosts");
    }
  } catch { /* The curves begin now, then. */ }
}

export function showHosts() {
  lane = state.hosts.length > 10 ? 30 : 52;
  chart.classList.toggle("dense", lane === 30);
  chart.style.setProperty("--lane", `${lane}px`);
  const names = state.hosts.map(h => h.name);
  for (const [name, row] of rows) if (!names.includes(name)) { row.remove(); rows.delete(name); }
  state.hosts.forEach((host, index) => {
    let row = rows.get(host.name);
    if (!row) { row = make(host.name); rows.set(host.name, row); }
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    fill(row, host);
  });
  draw();
}

function make(name) {
  const row = element("li", { class: "host", tabindex: "0", "data-host": name });
  row.append(element("div", { class: "label" },
    element("span", { class: "name" }), element("span", { class: "facts" }), element("button", { type: "button", tabindex: "-1" })));
  return row;
}

function fill(row, host) {
  const [name, facts, button] = row.firstChild.children;
  const badge = !host.answers ? "no answer" : host.draining ? "drained" : null;
  if (name.dataset.text !== host.name + badge) {
    name.dataset.text = host.name + badge;
    name.replaceChildren(host.name, ...(badge ? [element("span", { class: "badge" }, badge)] : []));
  }
  const busy = host.answers ? `${number(host.runQueue)} of ${number(host.capacity, host.capacity % 1 ? 1 : 0)} cpu · ${host.jobs} ${host.jobs === 1 ? "job" : "jobs"}` : host.trouble;
  const room = host.answers ? ` · ${size(host.memoryFree)} free` : "";
  if (facts.textContent !== busy + room) facts.replaceChildren(busy, element("span", { class: "room" }, room));
  row.title = host.answers ? `${host.name}: ${facts.textContent}${host.ownerPresent ? " · somebody works there" : ""}` : host.trouble;
  button.textContent = host.draining ? "Undrain" : "Drain";
  button.hidden = !host.answers;
  button.setAttribute("aria-label", `${button.textContent} ${host.name}`);
  row.setAttribute("aria-label", `${host.name}${badge ? ", " + badge : ""}: ${facts.textContent}`);
  row.classList.toggle("chosen", state.chosenHost === host.name);
}

export function rowOf(host) { return rows.get(host); }

function samplesOf(name, from) {
  const fresh = state.samples.get(name) ?? [];
  const past = state.past?.samples.get(name);
  if (!past || (fresh.length > 0 && fresh[0][0] <= from)) return fresh;
  const first = fresh.length > 0 ? fresh[0][0] : Infinity;
  return [...past.filter(s => s[0] < first), ...fresh];
}

export function draw() {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(`--${name}`).trim();
  const left = rows.size > 0 ? list.firstChild.firstChild.offsetWidth : 0;
  const width = Math.max(0, chart.clientWidth - left), height = state.hosts.length * lane + axis;
  const ratio = window.devicePixelRatio || 1;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const length = Number(spanBox.value) * 1000, end = until ?? now(), from = end - length;
  const x = at => (at - from) / length * width;
  drawAxis(pen, { from, end, length, width, height, x }, colour);
  const lines = state.hosts.map(host => samplesOf(host.name, from).filter(s => s[0] >= from - length / 20 && s[0] <= end));
  // One scale for all. A peak beyond three times the processors is cut off at the lane's edge: it would flatten all else.
  const largest = Math.max(1, ...state.hosts.map(h => h.capacity));
  let top = largest * 1.15;
  for (const line of lines) for (const s of line) top = Math.max(top, Math.min(s[1], largest * 3));
  state.hosts.forEach((host, i) => drawLane(pen, host, lines[i], { x, base: (i + 1) * lane - 1, roof: i * lane + 2, scale: (lane - 8) / top, width, gap: Math.max(8000, length / 40), end }, colour));
  drawMoves(pen, { x, from, end, width }, colour);
}

function drawAxis(pen, { from, end, length, width, height, x }, colour) {
  const steps = [10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400, 172800].map(s => s * 1000);
  const step = steps.find(s => width * s / length > 84) ?? steps[steps.length - 1];
  const shift = new Date(end).getTimezoneOffset() * 60000;
  pen.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  pen.textAlign = "center";
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= end; at += step) {
    pen.fillStyle = colour("line");
    pen.fillRect(Math.round(x(at)), 0, 1, height - axis);
    pen.fillStyle = colour("quiet");
    if (x(at) > 28 && x(at) < width - 28) pen.fillText(clock(at, step < 60000).replace(/^\d+-/, ""), x(at), height - 8);
  }
}

function drawLane(pen, host, samples, { x, base, roof, scale, width, gap, end }, colour) {
  if (!host.answers || samples.length === 0) return;
  const limit = Math.max(roof, base - host.capacity * scale);
  // Until the next look the last one holds.
  const last = samples[samples.length - 1];
  const line = [...samples, [Math.min(end, last[0] + gap), last[1]]];
  const trace = filled => {
    let before = null;
    for (const [at, queue] of line) {
      const y = Math.max(roof, base - queue * scale);
      if (before === null || at - before > gap) {
        if (filled && before !== null) pen.lineTo(x(before), base);
        pen.moveTo(x(at), filled ? base : y);
      }
      pen.lineTo(x(at), y);
      before = at;
    }
    if (filled) pen.lineTo(x(before), base);
  };
  for (const [name, y, h] of [["curve", limit, base - limit + 1], ["over", roof - 1, limit - roof + 1]]) {
    pen.save();
    pen.beginPath();
    pen.rect(0, y, width, h);
    pen.clip();
    pen.beginPath();
    trace(true);
    pen.fillStyle = colour(name === "curve" ? "fill" : "over-fill");
    pen.fill();
    pen.beginPath();
    trace(false);
    pen.strokeStyle = colour(name);
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.restore();
  }
  pen.strokeStyle = colour("limit");
  pen.lineWidth = 1;
  pen.setLineDash([2, 4]);
  pen.beginPath();
  pen.moveTo(0, Math.round(limit) + .5);
  pen.lineTo(width, Math.round(limit) + .5);
  pen.stroke();
  pen.setLineDash([]);
}

function drawMoves(pen, { x, from, end, width }, colour) {
  const place = name => state.hosts.findIndex(h => h.name === name);
  for (const move of state.moves) {
    if (move.at < from || move.at > end) continue;
    const a = place(move.from), b = place(move.to);
    if (a < 0 || b < 0) continue;
    const right = Math.min(x(move.at), width - 6), leftEnd = Math.min(x(move.at - (move.total ?? 0)), right - 10);
    const y1 = a * lane + lane / 2, y2 = b * lane + lane / 2;
    pen.strokeStyle = pen.fillStyle = colour(speed(move.downtime));
    pen.lineWidth = move.job === state.chosenJob ? 3.5 : 2;
    pen.beginPath();
    pen.moveTo(leftEnd, y1);
    pen.bezierCurveTo(right, y1, leftEnd, y2, right, y2);
    pen.stroke();
    pen.beginPath();
    pen.arc(leftEnd, y1, 3, 0, 7);
    pen.fill();
    pen.beginPath();
    const sign = Math.sign(y2 - y1) || 1;
    pen.moveTo(right + 5, y2);
    pen.lineTo(right - 4, y2 - 5 * sign);
    pen.lineTo(right - 4, y2 + 5 * sign);
    pen.fill();
  }
}

export function movesText(move) {
  return `${lasting(move.downtime)} still, ${size(move.bytes)}, ${lasting(move.total)} in all`;
}
