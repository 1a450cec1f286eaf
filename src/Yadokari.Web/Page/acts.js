// What can be done with jobs and hosts.

import { state, chosen, host as hostOf, now } from "./state.js";
import { element, number, size, span, clock } from "./format.js";
import { get, post } from "./ask.js";
import { show, note, fail, close } from "./dialogs.js";

function need() {
  const job = chosen();
  if (!job) note("select a job first: with the arrow keys, or by a click");
  return job;
}

export async function moveTo(id, target) {
  const job = state.jobs.get(id), from = job?.host, name = job?.name ?? id;
  note(`${name} goes to ${target} …`);
  try {
    const report = await post("/api/move", { job: id, host: target });
    note(`${name} runs on ${report.job.host}: ${span(report.downtimeMilliseconds)} still, ${size(report.bytes)}, ${span(report.totalMilliseconds)} in all. u takes it back.`);
    return { job: id, from };
  } catch (failure) { fail(failure); }
}

export function move() {
  const job = need();
  if (!job) return;
  if (job.over) { note(`${job.name} is over: it can't be moved`, true); return; }
  const targets = state.hosts.filter(h => h.name !== job.host);
  if (targets.length === 0) { note("there is no other host", true); return; }
  const go = target => { close(); moveTo(job.id, target.name); };
  const may = target => target.answers && !target.draining;
  show(`Move ${job.name} from ${job.host} to …`, element("div", { class: "choices" }, ...targets.map((target, i) => element("button", {
    type: "button", disabled: !may(target), onclick: () => go(target),
  }, element("b", {}, target.name), i < 9 ? element("kbd", {}, String(i + 1)) : null, element("span", { class: "quiet" }, !target.answers ? "no answer" : target.draining ? "drained"
    : `${number(target.runQueue)} of ${number(target.capacity, 0)} cpu, ${size(target.memoryFree)} free`)))), [], key => {
    const target = targets[Number(key) - 1];
    if (target && may(target)) go(target);
    return target !== undefined;
  });
}

export function undo() {
  const last = [...state.moves].reverse().find(m => m.byPage && !state.undone.has(`${m.job} ${m.epoch}`) && !isUndoing(m));
  if (!last) { note("nothing was moved here that could go back"); return; }
  const job = state.jobs.get(last.job);
  state.undone.add(`${last.job} ${last.epoch}`);
  if (!job || job.over || job.host !== last.to) { note(`${last.name} is not on ${last.to} any more`, true); return; }
  state.undone.add(`${last.job} ${job.epoch + 1}`);
  moveTo(last.job, last.from);
}

function isUndoing(move) { return state.jobs.get(move.job)?.state === "moving"; }

export async function drain(name) {
  const target = hostOf(name);
  if (!target) return;
  if (target.draining) {
    show(`Let ${name} take jobs again?`, "Jobs that were saved there go on.", [{ text: "Undrain", main: true, act: () => undrain(name) }]);
    return;
  }
  const view = show(`Drain ${name}`, "Looking at what would go where …");
  let plan;
  try { plan = await get(`/api/drain?host=${encodeURIComponent(name)}`); } catch (failure) { view.fill([failure.message], []); return; }
  const told = { moved: j => `moves to ${j.host}`, saved: j => `is saved: ${j.detail}`, kept: j => `stays: ${j.detail}` };
  const rows = plan.jobs.map(j => element("tr", {}, element("td", {}, element("b", {}, j.name)), element("td", {},
    told[j.outcome](j), ...(j.obstacles ?? []).map(o => element("div", { class: "quiet" }, `${o.name}: ${o.detail}`))), element("td", { class: "number" }, j.bytes ? size(j.bytes) : "")));
  const stays = plan.jobs.filter(j => j.outcome === "kept").length;
  view.fill([
    plan.jobs.length === 0 ? "It has no jobs. It takes none until it is undrained." : `This is what would happen now; nothing has been touched.`,
    ...(plan.jobs.length > 0 ? [element("table", {}, element("tbody", {}, ...rows))] : []),
    ...(stays > 0 ? [element("p", { class: "slow" }, `${stays} ${stays === 1 ? "job stays" : "jobs stay"} on ${name}.`)] : []),
  ], [{ text: `Drain ${name}`, main: true, act: () => drainNow(name) }]);
}

async function drainNow(name) {
  note(`${name} is drained …`);
  try {
    const report = await post("/api/drain", { host: name });
    const count = outcome => report.jobs.filter(j => j.outcome === outcome).length;
    const parts = ["moved", "saved", "kept", "ended"].filter(o => count(o) > 0).map(o => `${count(o)} ${o}`);
    note(`${name} is drained: ${parts.join(", ") || "it had no jobs"} in ${span(report.milliseconds)}`);
    for (const job of report.jobs.filter(j => j.outcome === "kept")) fail({ message: `${job.name} stays on ${name}: ${job.detail}`, obstacles: job.obstacles });
  } catch (failure) { fail(failure); }
}

async function undrain(name) {
  try {
    const report = await post("/api/undrain", { host: name });
    note(`${name} takes jobs again${report.resumed.length > 0 ? `; ${report.resumed.length} resumed` : ""}`);
  } catch (failure) { fail(failure); }
}

export async function log() {
  const job = need();
  if (!job) return;
  const output = element("pre", { tabindex: "0", "aria-label": "output" }), errors = element("pre", { tabindex: "0", "aria-label": "errors" });
  const heading = element("p", { class: "quiet" }, "errors"), view = show(`Log of ${job.name}`, [output, heading, errors]);
  output.textContent = "…";
  while (view.isOpen()) {
    try {
      const text = await get(`/api/log?job=${encodeURIComponent(job.id)}`);
      const atEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
      if (output.textContent !== text.output) output.textContent = text.output || "(nothing written yet)";
      errors.textContent = text.errors;
      errors.hidden = heading.hidden = text.errors === "";
      if (atEnd) output.scrollTop = output.scrollHeight;
    } catch (failure) { output.textContent = failure.message; return; }
    await new Promise(later => setTimeout(later, 1500));
  }
}

export async function tree() {
  const job = need();
  if (!job) return;
  const view = show(`Processes of ${job.name}`, "…");
  try {
    const { processes } = await get(`/api/tree?job=${encodeURIComponent(job.id)}`);
    const depth = new Map();
    for (const p of processes) depth.set(p.pid, (depth.get(p.parent) ?? -1) + 1);
    view.fill(processes.length === 0 ? "It has none now." : element("table", {},
      element("thead", {}, element("tr", {}, ...["Process", "Pid", "State", "Threads", "Memory", "CPU time"].map(t => element("th", { scope: "col" }, t)))),
      element("tbody", {}, ...processes.map(p => {
        const name = element("td", {}, `${depth.get(p.pid) > 0 ? "\u00a0\u00a0".repeat(depth.get(p.pid) - 1) + "└ " : ""}${p.name}`);
        return element("tr", {}, name, ...[p.pid, p.state, p.threads, size(p.memoryBytes), span(p.cpuSeconds * 1000)].map(v => element("td", {}, String(v))));
      }))));
  } catch (failure) { view.fill(failure.message); }
}

export function save() {
  const job = need();
  if (!job) return;
  const stamp = new Date(now()).toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  const path = element("input", { type: "text", value: `${state.home}/${job.name.replaceAll("/", "_")}-${stamp}.ctx`, spellcheck: "false", "aria-label": "File" });
  show(`Save ${job.name} while it runs on`, [
    "As one executable file on this host; running it resumes the job as it is now.", path,
    ...(job.every ? [element("p", { class: "quiet" }, `It is saved every ${span(job.every * 1000)} by itself${job.lastCheckpoint ? `, last at ${clock(job.lastCheckpoint)}` : ""}; ${job.checkpoints} kept.`)] : []),
  ], [{ text: "Save", main: true, act: async () => {
    try {
      const saved = await post("/api/checkpoint", { job: job.id, path: path.value });
      note(`saved: ${saved.path}, ${size(saved.fileLength)}; it stood still for ${span(saved.frozenMilliseconds)}`);
    } catch (failure) { fail(failure); }
  } }]);
}
