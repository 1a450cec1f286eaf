"""Submits the same jobs to one host of a lab under each policy, and measures how long they take."""

import argparse
import datetime
import hashlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

from figure import bars
from lab import Lab
from work import Work

ALL = ["none", "random", "threshold", "shortest", "sender", "receiver", "symmetric", "two", "idle", "age"]


def arguments():
    parser = argparse.ArgumentParser(prog="./bench policies", description="Mean completion time of jobs under each placement policy.")
    parser.add_argument("--json", action="store_true", help="one flat JSON object instead of a table")
    parser.add_argument("--policies", default=",".join(ALL), help="which, separated by commas; 'none' is what all are compared with")
    parser.add_argument("--hosts", type=int, default=4)
    parser.add_argument("--cpus", type=float, default=0.3, help="processors for the jobs of each host")
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--work", type=float, default=24, help="seconds of processor time of all jobs together")
    parser.add_argument("--seed", type=int, default=1991)
    parser.add_argument("--set", default="every=1 residence=5", help="settings of every policy")
    parser.add_argument("--figure", help="draw the table to this file (SVG)")
    parser.add_argument("--from", dest="saved", help="measure nothing: draw --figure from what an earlier run printed with --json to this file")
    parser.add_argument("--curves", help="draw the load of the hosts under the last policy to this file (SVG)")
    parser.add_argument("--logs", help="keep the logs of the daemons and their schedulers in this directory")
    given = parser.parse_args()
    if given.saved and not given.figure:
        parser.error("--from needs --figure FILE.svg")
    given.policies = [p for p in given.policies.split(",") if p]
    if not given.policies or not set(given.policies) <= set(ALL):
        parser.error(f"--policies: there are {','.join(ALL)}")
    if given.hosts < 2 or given.jobs < 1 or given.work <= 0:
        parser.error("at least two hosts, one job and some work are needed")
    return given


def when(text):
    # Python before 3.11 knows only six digits behind the point and no Z.
    head, _, rest = text.partition(".")
    zone = rest.lstrip("0123456789").replace("Z", "+00:00") or "+00:00"
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))][:6].ljust(6, "0")
    return datetime.datetime.fromisoformat(f"{head}.{digits}{zone}").timestamp()


def measure(lab, work, policy, settings):
    """Runs all jobs under a policy."""
    choice = {"name": policy, "settings": settings if policy != "none" else {}, "revision": 0}
    lab.ask("h1", "POST", "/v1/policy", choice)
    environment = [f"PATH={os.environ['PATH']}", "LC_ALL=C"]
    wanted = {}
    for job in work.jobs:
        started = lab.ask("h1", "POST", "/v1/jobs", {
            "name": f"{policy}-{job['name']}", "arguments": job["arguments"], "environment": environment, "workingDirectory": "/"})
        wanted[started["id"]] = job
    limit = time.monotonic() + 100 + 30 * work.seconds / lab.cpus
    loads = []
    while True:
        loads.append(os.getloadavg()[0])
        jobs = [j for j in lab.ask("h1", "GET", "/v1/jobs?everywhere=true")["jobs"] if j["id"] in wanted]
        if len(jobs) == len(wanted) and all(j["state"] in ("ended", "lost") for j in jobs):
            break
        if time.monotonic() > limit:
            states = sorted({f"{j['name']} on {j['host']}: {j['state']}" for j in jobs if j["state"] not in ("ended", "lost")})
            raise SystemExit(f"bench: under '{policy}' jobs do not end: {'; '.join(states)}")
        time.sleep(0.3)
    times = []
    wrong = []
    for job in jobs:
        expected = wanted[job["id"]]
        times.append(when(job["ended"]) - when(job["started"]))
        digest = hashlib.sha256(lab.output(job)).hexdigest() if job["state"] == "ended" else ""
        if digest != expected["digest"] or job.get("exitStatus") != 0:
            wrong.append(f"{job['name']} ({job['state']}, status {job.get('exitStatus')}, epoch {job['epoch']})")
    facts = [lab.ask(f"h{n}", "GET", "/v1/policy") for n in range(1, lab.hosts + 1)]
    return {
        "mean_s": statistics.fmean(times),
        "median_s": statistics.median(times),
        "last_s": max(when(j["ended"]) for j in jobs) - min(when(j["started"]) for j in jobs),
        "moves": sum(j["epoch"] - 1 for j in jobs),
        "load": statistics.fmean(loads),
        "wrong": wrong,
        "failed_in_all": sum(f["failed"] for f in facts),
        "round_ms": max((f.get("lastRoundMilliseconds") or 0) for f in facts),
    }


def redraw(given):
    try:
        with open(given.saved) as file:
            saved = json.load(file)
        means = [(name.removesuffix(".mean_s"), value) for name, value in saved.items() if name.endswith(".mean_s")]
        draw(given.figure, means, saved)
    except (OSError, ValueError, KeyError, AttributeError) as failure:
        raise SystemExit(f"bench: {given.saved} is not what an earlier run printed with --json, or {given.figure} can't be written: {failure}")


def draw(path, means, run):
    title = f"mean time from start to end of {run['jobs']} jobs ({run['work_s']} s of work in all), seconds"
    below = f"submitted to one of {run['hosts']} hosts with {run['cpus']} processors each"
    with open(path, "w") as file:
        file.write(bars(means, dict(means).get("none"), title, below))


def main():
    given = arguments()
    if given.saved:
        redraw(given)
        return
    say = lambda text: print(text, file=sys.stderr, flush=True)
    directory = tempfile.mkdtemp(prefix="yado-bench-")
    try:
        settings = dict(s.split("=", 1) for s in given.set.split())
        say(f"bench: running {given.jobs} jobs unmoved, for what they print …")
        work = Work(directory, given.jobs, given.work, given.seed)
        results = {}
        with Lab(os.environ["YADO"], os.path.join(directory, "lab"), given.hosts, given.cpus) as lab:
            for policy in given.policies:
                say(f"bench: {policy} …")
                results[policy] = measure(lab, work, policy, settings)
                for wrong in results[policy]["wrong"]:
                    say(f"bench: under '{policy}' not as unmoved: {wrong}")
            if given.logs:
                lab.keep_logs(given.logs)
            if given.curves:
                lab.command("lab", "exec", "h1", "yado", "hosts", "--history", os.path.abspath(given.curves), "--seconds",
                            str(min(3600, int(results[given.policies[-1]]["last_s"]) + 5)))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report(given, work, results)
    sys.exit(0 if all(not r["wrong"] for r in results.values()) else 1)


def disturbed(given, results):
    """More wanted to run than the jobs and their hosts' daemons and moves make up: those of one host after the other want in turn."""
    return max(r["load"] for r in results.values()) > given.jobs + 2 * os.cpu_count()


def report(given, work, results):
    base = results.get("none", {}).get("mean_s")
    run = {"jobs": given.jobs, "hosts": given.hosts, "cpus": given.cpus, "work_s": round(work.seconds, 1)}
    if given.figure:
        draw(given.figure, [(p, round(r["mean_s"], 3)) for p, r in results.items()], run)
    identical = all(not r["wrong"] for r in results.values())
    if given.json:
        flat = {f"{policy}.{figure}": round(result[figure], 3) for policy, result in results.items() for figure in ("mean_s", "median_s", "last_s", "moves", "load")}
        if base:
            flat.update({f"{policy}.ratio": round(result["mean_s"] / base, 3) for policy, result in results.items()})
        flat.update(run | {"processors": os.cpu_count(), "disturbed": disturbed(given, results), "identical": identical})
        print(json.dumps(flat))
        return
    print(f"{given.jobs} jobs, {work.seconds:.1f} s of work, submitted to one of {given.hosts} hosts with {given.cpus} processors each\n")
    print(f"{'POLICY':<12} {'MEAN':>8} {'OF NONE':>8} {'MEDIAN':>8} {'LAST':>8} {'MOVES':>6} {'LOAD':>6}")
    for policy, result in results.items():
        share = f"{result['mean_s'] / base:.2f}" if base else "-"
        print(f"{policy:<12} {result['mean_s']:>6.1f} s {share:>8} {result['median_s']:>6.1f} s {result['last_s']:>6.1f} s {result['moves']:>6} {result['load']:>6.1f}")
    if disturbed(given, results):
        print("\nother work kept this machine's processors busy (LOAD): the hosts did not have theirs, and the ratios say little")
    print("\n" + ("every output is identical with that of an unmoved run" if identical else "NOT every output is identical"))


if __name__ == "__main__":
    main()
