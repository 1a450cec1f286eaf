// The page: events of the server in, keys and clicks out.

import { state, take, onChange, changed, host as hostOf } from "./state.js";
import { setUpChart, showHosts, load, toNow, rowOf } from "./chart.js";
import { setUpTable, showJobs, showChoice, step, focusSearch, leaveSearch } from "./table.js";
import { setUpDrag } from "./drag.js";
import { isOpen, show } from "./dialogs.js";
import { move, moveTo, undo, drain, log, tree, save } from "./acts.js";
import { why } from "./why.js";
import { key } from "./ask.js";
import { element, clock, size, span, speed } from "./format.js";

const summary = document.getElementById("summary");
const policy = document.getElementById("policy");
const trouble = document.getElementById("trouble");
const acts = { move, undo, log, tree, save, why };
let loaded = false;

setUpChart(drain, chooseHost);
setUpTable(log);
setUpDrag(moveTo);
for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
document.getElementById("help-button").addEventListener("click", help);
onChange(what => {
  if (what !== "choice") { showHosts(); }
  if (what === "all") { showSummary(); showJobs(); showServices(); showMoves(); }
  if (what === "choice") { showChoice(); showHosts(); }
  for (const button of document.querySelectorAll("[data-act]:not([data-act=undo])")) button.disabled = !state.jobs.has(state.chosenJob);
});
changed("all");

const events = new EventSource(`/events?key=${key}`);
events.onmessage = event => {
  take(JSON.parse(event.data));
  if (!loaded && state.hosts.length > 0) { loaded = true; load(); performance.mark("first picture"); }
  else if (state.holes) { state.holes = false; load(); }
};
events.onerror = () => { state.trouble = "'yado web' does not answer: has it ended?"; showSummary(); };

function chooseHost(name) { if (state.chosenHost !== name) { state.chosenHost = name; changed("choice"); } }

function showSummary() {
  const running = [...state.jobs.values()].filter(j => !j.over).length, silent = state.hosts.filter(h => !h.answers).length;
  summary.textContent = state.hosts.length === 0 ? "looking …"
    : `${state.hosts.length} ${state.hosts.length === 1 ? "host" : "hosts"}, ${running} ${running === 1 ? "job" : "jobs"}${silent > 0 ? `, ${silent} without an answer` : ""}`;
  policy.hidden = !state.policy;
  if (state.policy) policy.textContent = state.policy.name === "none" ? "jobs are moved by people" : `policy ${state.policy.name}${state.policy.scheduler ? `, ${state.policy.scheduler} decides` : ""}`;
  trouble.hidden = !state.trouble;
  if (state.trouble && trouble.textContent !== state.trouble) trouble.textContent = state.trouble;
}

function showServices() {
  const services = [...state.jobs.values()].filter(j => j.kind === "service" && !j.over);
  document.getElementById("services").hidden = services.length === 0;
  document.getElementById("service-list").replaceChildren(...services.map(job => {
    const last = [...state.moves].reverse().find(m => m.job === job.id);
    return element("li", {}, element("b", {}, job.name), element("span", {}, job.host), element("span", { class: "quiet" }, job.address ?? "no address now"),
      element("span", { class: last ? speed(last.downtime) : "quiet" }, last?.downtime === undefined ? "no pause measured" : `last pause ${span(last.downtime)}, at ${clock(last.at)}`));
  }));
}

function showMoves() {
  const list = document.getElementById("moves");
  if (state.moves.length === 0) return;
  list.replaceChildren(...state.moves.slice(-30).reverse().map(m => element("li", {}, element("span", { class: "quiet" }, clock(m.at)), element("b", {}, m.name), element("span", {}, `${m.from} → ${m.to}`),
    element("span", { class: speed(m.downtime) }, m.downtime === undefined ? "ordered elsewhere" : `still for ${span(m.downtime)}`),
    element("span", { class: "quiet" }, [m.bytes !== undefined ? size(m.bytes) : "", m.total !== undefined ? `${span(m.total)} in all` : ""].filter(t => t).join(", ")))));
}

function help() {
  const keys = [["↑ ↓  k j", "select a job"], ["/", "search; Esc leaves"], ["m", "move the selected job to a host; or drag it there"], ["d", "drain a host: first shows what would go where"],
    ["u", "undo the last move made here"], ["?", "why is the job where it is"], ["l, Enter", "its log"], ["t", "its processes"], ["c", "save it as a file while it runs on"], ["n", "back to now"], ["h", "this"]];
  show("Keys", element("dl", { class: "keys" }, ...keys.flatMap(([key, text]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, text)])));
}

function drainKey() {
  const focused = document.activeElement?.closest?.(".host")?.dataset.host;
  const name = focused ?? (hostOf(state.chosenHost) ? state.chosenHost : state.jobs.get(state.chosenJob)?.host);
  if (name) { drain(name); return; }
  rowOf(state.hosts[0]?.name)?.focus();
}

const keys = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), PageDown: () => step(10), PageUp: () => step(-10), "/": focusSearch,
  m: move, d: drainKey, u: undo, "?": why, l: log, t: tree, c: save, n: toNow, h: help,
};

document.addEventListener("keydown", event => {
  if (isOpen() || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("input, select")) {
    if (event.key === "Escape" || (event.key === "Enter" && event.target.type === "search")) leaveSearch();
    return;
  }
  const hostRow = event.target.closest?.(".host");
  if (hostRow && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    (event.key === "ArrowDown" ? hostRow.nextSibling : hostRow.previousSibling)?.focus?.();
    event.preventDefault();
    return;
  }
  if (event.key === "Enter") {
    if (hostRow) drain(hostRow.dataset.host);
    else if (event.target.closest?.("#rows tr")) log();
    return;
  }
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
