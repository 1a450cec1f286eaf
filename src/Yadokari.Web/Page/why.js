// Why a job was moved, or was not: the policy's own figures of the round.

import { chosen } from "./state.js";
import { element, number, size, span, clock } from "./format.js";
import { get } from "./ask.js";
import { show, note } from "./dialogs.js";

export async function why() {
  const job = chosen();
  if (!job) { note("select a job first: with the arrow keys, or by a click"); return; }
  const view = show(`Why is ${job.name} on ${job.host}?`, "…");
  try { view.fill(explain(job, await get(`/api/why?job=${encodeURIComponent(job.id)}`))); } catch (failure) { view.fill(failure.message); }
}

function explain(job, { policy, here, round, wanted }) {
  const settings = Object.entries(policy.settings).map(([key, value]) => `${key}=${value}`).join(", ");
  const meaning = policy.available.find(p => p.name === policy.choice.name)?.meaning;
  const said = [element("p", {}, "Policy ", element("b", {}, policy.choice.name), settings ? ` (${settings})` : "", meaning ? `: ${meaning}` : "")];
  if (policy.trouble) said.push(element("p", { class: "slow" }, policy.trouble));
  if (policy.choice.name === "none") return [...said, "No job is moved by itself. People move them: m, or drag one onto a host."];
  if (!here) return [...said, policy.scheduler ? `Host ${policy.scheduler} decides for all: its rounds are logged there, and 'yado web' there shows them.` : "No round has been decided yet."];
  said.push(`${policy.rounds} rounds, ${policy.ordered} moves ordered, ${policy.refused} refused by the guard, ${policy.failed} failed.`);
  if (!round) return [...said, "No round has been logged yet."];
  const planned = round.plan.moves.find(m => m.job === job.id), refused = round.refused.find(r => r.job === job.id);
  const at = clock(round.view.now * 1000), name = round.view.hosts.find(h => h.name === planned?.host)?.name ?? planned?.host;
  if (wanted && refused) said.push(element("p", {}, element("b", {}, `At ${at} the policy wanted it on ${name}`), ` (${planned.reason}), and the guard refused: ${refused.why}.`));
  else if (wanted) said.push(element("p", {}, element("b", {}, `At ${at} it was to go to ${name}`), `: ${planned.reason}.`));
  else said.push(element("p", {}, element("b", {}, `The last round, at ${at}, left it where it is.`)));
  const own = round.view.jobs.find(j => j.id === job.id);
  if (own) {
    said.push(facts([
      ["It wants", `${number(own.demand, 2)} processors, uses ${number(own.cpuUse, 2)}`], ["Age", `${span(own.age * 1000)}; ${span(own.cpuSeconds * 1000)} of processor time`],
      ["Memory", size(own.memoryBytes)], ["A move would cost", span(own.moveCost * 1000)], ["Here for", span(own.residence * 1000)], ["Moved", `${own.moves} times, ${own.recentMoves} in the last hour`],
      ...(own.pinned ? [["Pinned", "it can't or must not be moved now"]] : []),
    ]));
  } else said.push("It was not in that round: it is newer, over, or was on its way.");
  said.push(element("table", {}, element("thead", {}, element("tr", {}, ...["Host", "Runs or waits", "Damped", "Processors", "Memory free", ""].map(t => element("th", { scope: "col" }, t)))),
    element("tbody", {}, ...round.view.hosts.map(h => element("tr", {}, ...[
      h.name, number(h.runQueue, 2), number(h.load, 2), number(h.cpus), size(h.memoryAvailable), h.draining ? "drained" : h.closed ? "closed by the guard" : h.ownerPresent ? "somebody works there" : "",
    ].map(t => element("td", {}, t)))))));
  return said;
}

function facts(pairs) {
  return element("table", {}, element("tbody", {}, ...pairs.map(([key, value]) => element("tr", {}, element("th", { scope: "row" }, key), element("td", {}, value)))));
}
