// Jobs: search, order, selection.

import { state, now, changed } from "./state.js";
import { element, number, size, span } from "./format.js";

const body = document.getElementById("rows");
const search = document.getElementById("search");
const over = document.getElementById("over");
const more = document.getElementById("more");
const heads = [...document.querySelectorAll("#table th[data-sort]")];
const page = 200;
const rows = new Map();
let shown = page, order = { by: "started", down: true };
let list = [];

export function setUpTable(onOpen) {
  search.addEventListener("input", () => { shown = page; showJobs(); });
  over.addEventListener("change", () => { shown = page; showJobs(); });
  more.querySelector("button").addEventListener("click", () => { shown += page; showJobs(); });
  for (const head of heads) head.firstChild.addEventListener("click", () => {
    const by = head.dataset.sort;
    order = { by, down: order.by === by ? !order.down : by === "cpu" || by === "memory" || by === "started" };
    showJobs();
  });
  body.addEventListener("click", event => { const row = event.target.closest("tr"); if (row) choose(row.dataset.job); });
  body.addEventListener("focusin", event => { const row = event.target.closest("tr"); if (row) choose(row.dataset.job); });
  body.addEventListener("dblclick", event => { if (event.target.closest("tr")) onOpen(); });
}

export function choose(id) {
  if (state.chosenJob === id) return;
  state.chosenJob = id;
  changed("choice");
}

/// Selects the next or previous one, and shows it.
export function step(by) {
  const at = list.findIndex(j => j.id === state.chosenJob);
  const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))];
  if (!next) return;
  if (list.indexOf(next) >= shown) { shown += page; showJobs(); }
  choose(next.id);
  rows.get(next.id)?.focus({ preventScroll: false });
}

export function focusSearch() { search.focus(); search.select(); }

export function leaveSearch() { search.blur(); if (list.length > 0 && !list.some(j => j.id === state.chosenJob)) step(1); }

const keys = {
  name: j => j.name.toLowerCase(), host: j => j.host, state: j => j.state, cpu: j => j.cpu ?? -1, memory: j => j.memory ?? -1, started: j => j.started,
};

export function showJobs() {
  const words = search.value.toLowerCase().split(/\s+/).filter(w => w);
  list = [...state.jobs.values()].filter(job => (over.checked || !job.over) && words.every(word =>
    job.name.toLowerCase().includes(word) || job.host.toLowerCase().includes(word) || job.id.startsWith(word) || job.state === word || job.command.toLowerCase().includes(word)));
  const key = keys[order.by], sign = order.down ? -1 : 1;
  list.sort((a, b) => { const x = key(a), y = key(b); return (x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1) * sign; });
  const visible = list.slice(0, shown);
  const wanted = new Set(visible.map(j => j.id));
  const focused = document.activeElement?.closest?.("#rows tr")?.dataset.job;
  for (const [id, row] of rows) if (!wanted.has(id)) { row.remove(); rows.delete(id); }
  visible.forEach((job, index) => {
    let row = rows.get(job.id);
    if (!row) { row = make(job.id); rows.set(job.id, row); }
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
    fill(row, job);
  });
  if (focused && rows.has(focused) && document.activeElement === document.body) rows.get(focused).focus();
  more.hidden = list.length <= shown;
  if (!more.hidden) more.firstChild.textContent = `${visible.length} of ${list.length} shown; search for the others, or`;
  for (const head of heads) {
    if (head.dataset.sort === order.by) head.setAttribute("aria-sort", order.down !== (order.by === "started") ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  showChoice();
}

export function showChoice() {
  const first = rows.has(state.chosenJob) ? state.chosenJob : list[0]?.id;
  for (const [id, row] of rows) {
    row.setAttribute("aria-selected", id === state.chosenJob);
    // One stop for the tab key: the arrow keys go on from there.
    row.tabIndex = id === first ? 0 : -1;
  }
}

function make(id) {
  return element("tr", { "data-job": id }, ...Array.from({ length: 7 }, (_, i) =>
    element("td", { class: i >= 3 && i <= 5 ? "number" : i === 6 ? "command" : undefined })));
}

function fill(row, job) {
  const ended = job.ended ?? now();
  const texts = [
    job.name, job.underWay ? `${job.host} → ${job.underWay.to}` : job.host, stateText(job), job.cpu === undefined ? "–" : number(job.cpu, 2), size(job.memory),
    span(ended - job.started), job.command,
  ];
  texts.forEach((text, i) => {
    const cell = row.children[i];
    if (cell.dataset.text === text) return;
    cell.dataset.text = text;
    if (i === 2) cell.replaceChildren(element("span", { class: `state ${job.state}` }, text));
    else cell.textContent = text;
    if (i === 0 || i === 6) cell.title = text;
  });
  row.className = job.over ? "over" : "";
  if (job.note) row.title = job.note; else row.removeAttribute("title");
}

export function stateText(job) {
  if (job.state === "moving" && job.underWay) {
    const part = job.underWay.total > 0 ? ` ${Math.min(100, Math.round(job.underWay.bytes / job.underWay.total * 100))} %` : "";
    return `${job.underWay.phase}${part}`;
  }
  if (job.state === "ended") return job.exit === 0 ? "ended" : `ended: ${job.exit}`;
  return job.state;
}
