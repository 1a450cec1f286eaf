"""What a program pays for being a job: see docs/benchmarks.md. Run by ./run, which compiles the loops."""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

# How often each loop goes round: for a tenth of a second to half of one.
LOOPS = {"syscalls": 2, "reads": 4, "clock": 5, "malloc": 5, "fork": 1, "exec": 1, "threads": 6, "fresh": 1, "stores": 12}

# The loop that is saved meanwhile, so often (seconds), for about so long.
SAVED, EVERY, SAVED_SECONDS = "stores", 5, 12


class Bench:
    def __init__(self, yado, loop, directory):
        self.yado, self.loop = yado, loop
        self.environment = {**os.environ, "YADO_HOME": os.path.join(directory, "home")}
        self.daemon = subprocess.Popen(
            [yado, "host"], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while subprocess.run([yado, "ps"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            if time.monotonic() > deadline:
                sys.exit("bench: the daemon does not come up")

    def close(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()

    def once(self, name, times, before=()):
        """Wall clock and processor time of one loop, nanoseconds, as it measures them itself."""
        words = [*before, self.loop, name, str(times)]
        done = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return [int(word) for word in done.stdout.split()]

    def pairs(self, name, times, job, count):
        """Of each pair, which goes first in turn: job over bare, in wall clock and in processor time."""
        ratios = []
        for number in range(count):
            order = [(), job] if number % 2 == 0 else [job, ()]
            seen = {bool(before): self.once(name, times, before) for before in order}
            ratios.append([seen[True][i] / seen[False][i] for i in range(2)])
        return ratios


def quartiles(values):
    return statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3


def main():
    parser = argparse.ArgumentParser(prog="./bench tax", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one flat object")
    parser.add_argument("--pairs", type=int, default=15, help="of each loop (15)")
    parser.add_argument("--loops", default=",".join(LOOPS), help="only these (all: %(default)s)")
    options = parser.parse_args()
    chosen = options.loops.split(",")
    if options.pairs < 1 or any(name not in LOOPS for name in chosen):
        parser.error(f"loops are {', '.join(LOOPS)}; of each there is at least one pair")
    yado, loop = os.environ["YADO"], os.environ["BENCH_LOOP"]
    directory = tempfile.mkdtemp(prefix="yado-tax-")
    bench = None
    try:
        bench = Bench(yado, loop, directory)
        job = [yado, "run", "--"]
        rows = {name: bench.pairs(name, LOOPS[name], job, options.pairs) for name in chosen}
        wall = bench.once(SAVED, LOOPS[SAVED])[0]
        times = max(1, round(LOOPS[SAVED] * SAVED_SECONDS * 1e9 / wall))
        armed = bench.pairs(SAVED, times, [yado, "run", "--every", f"{EVERY}s", "--"], max(1, options.pairs // 5))
    finally:
        if bench is not None:
            bench.close()
        shutil.rmtree(directory, ignore_errors=True)
    figures = {}
    for name, ratios in [*rows.items(), ("armed", armed)]:
        figures[name] = round(statistics.median(cpu for _, cpu in ratios), 3)
        figures[f"{name}_wall"] = round(statistics.median(clock for clock, _ in ratios), 3)
    figures["worst"] = max(figures[name] for name in rows)
    figures["worst_wall"] = max(figures[f"{name}_wall"] for name in rows)
    if options.json:
        print(json.dumps(figures))
        return
    print(f"load {os.getloadavg()[0]:.1f} · {options.pairs} pairs · job over bare, median (middle half)\n")
    print(f"{'loop':<10}{'processor time':<26}wall clock")
    for name, ratios in [*rows.items(), ("armed", armed)]:
        cells = []
        for column in (1, 0):
            low, _, high = quartiles([ratio[column] for ratio in ratios])
            cells.append(f"{statistics.median(ratio[column] for ratio in ratios):.3f} ({low:.3f}-{high:.3f})")
        print(f"{name:<10}{cells[0]:<26}{cells[1]}")
    print(f"\nworst      {figures['worst']:.3f}{'':<21}{figures['worst_wall']:.3f}    without the last row")
    print(f"armed: {SAVED} for about {SAVED_SECONDS} s, saved every {EVERY} s; nothing is watched between two checkpoints.")


if __name__ == "__main__":
    main()
