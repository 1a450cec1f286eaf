// What is known of the cluster: filled by the server's events, read by all parts of the page.

export const state = {
  hosts: [], jobs: new Map(), moves: [], policy: null, home: "", at: 0, skew: 0, trouble: null,
  samples: new Map(), // host → [[time, run queue, processors in use], …], oldest first
  past: null, // { until, span, samples }: fetched for a longer span
  chosenJob: null, chosenHost: null, undone: new Set(), holes: false,
};

const keep = 3700;
const near = 400, hole = 4000; // milliseconds
const listeners = new Set();

export function onChange(listener) { listeners.add(listener); }

export function changed(what) { for (const listener of listeners) listener(what); }

/// The server's clock.
export function now() { return Date.now() + state.skew; }

export function take(change) {
  if (change.whole) {
    state.jobs = new Map();
    state.moves = [];
    state.home = change.homeDirectory ?? "";
  }
  state.at = change.at;
  state.skew = change.at - Date.now();
  state.trouble = change.trouble ?? null;
  if (change.hosts && (change.hosts.length > 0 || !change.whole)) takeHosts(change.hosts);
  for (const job of change.jobs) state.jobs.set(job.id, job);
  for (const id of change.gone) state.jobs.delete(id);
  for (const move of change.moves) {
    const at = state.moves.findIndex(m => m.job === move.job && m.epoch === move.epoch);
    if (at >= 0) state.moves[at] = move; else state.moves.push(move);
  }
  if (change.policy) state.policy = change.policy;
  changed("all");
}

function takeHosts(hosts) {
  state.hosts = hosts;
  for (const host of hosts) {
    if (!host.answers) continue;
    const line = lineOf(host.name), last = line[line.length - 1];
    if (last && host.at > last[0] + hole) state.holes = true;
    if (!last || host.at > last[0] + near) line.push([host.at, host.runQueue, host.cpuUse]);
    if (line.length > keep) line.splice(0, line.length - keep);
  }
}

function lineOf(host) {
  if (!state.samples.has(host)) state.samples.set(host, []);
  return state.samples.get(host);
}

/// What the hosts have noted themselves: before this page, and where it missed something.
export function takeHistories(histories) {
  for (const history of histories) {
    const line = lineOf(history.host), merged = [];
    for (const sample of [...line, ...history.samples.map(s => [s.at, s.runQueue, s.cpuUse])].sort((a, b) => a[0] - b[0])) {
      if (merged.length === 0 || sample[0] > merged[merged.length - 1][0] + near) merged.push(sample);
    }
    state.samples.set(history.host, merged.slice(-keep));
  }
  state.holes = false;
  changed("hosts");
}

export function host(name) { return state.hosts.find(h => h.name === name); }

export function chosen() { return state.jobs.get(state.chosenJob); }
