#!/usr/bin/env python3
"""See run. What is measured the job measures itself, by the wall clock that both hosts of the lab share."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

CASES = {"small": 1, "64m": 64, "1g": 1024, "4g": 4096}


def command(arguments, environment):
    done = subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def lines(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def gaps(path, begun, ended):
    found = [line.split() for line in lines(path) if line[:1].isdigit()]
    return [float(gap) for at, gap in found if begun <= float(at) <= ended + 1]


def measure(on, yado, writer, directory, case, rate, runs):
    path = os.path.join(directory, f"gaps-{case}")
    on("h1", yado, "run", "--detach", "--name", case, "--", writer, str(CASES[case]), str(rate), path)
    while "ready" not in lines(path):
        time.sleep(0.05)
    down, total, rounds = [], [], []
    # The first one there and back starts keepers and touches what was never touched.
    for run in range(-2, runs):
        time.sleep(0.5)
        begun = time.time()
        report = json.loads(on("h1", yado, "move", case, "h2" if run % 2 == 0 else "h1", "--json"))
        ended = time.time()
        time.sleep(0.5)
        if run >= 0:
            down.append(max(gaps(path, begun, ended), default=0.0))
            total.append((ended - begun) * 1000)
            rounds.append(report["rounds"])
    on("h1", yado, "kill", case)
    wrong = [line for line in lines(path) if line.startswith("wrong")]
    if wrong:
        sys.exit(f"bench: {case}: memory came wrong: {wrong}")
    return {"down_ms": statistics.median(down), "down_max_ms": max(down), "total_ms": statistics.median(total), "rounds": statistics.median(rounds)}


def main():
    parser = argparse.ArgumentParser(prog="bench move")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", default="small,64m,1g")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=10, help="percent of its pages that the job rewrites in a second")
    options = parser.parse_args()
    cases = options.cases.split(",")
    if not set(cases) <= set(CASES) or options.runs < 1:
        parser.error(f"cases are {', '.join(CASES)}; at least one run")
    yado, writer = os.environ["YADO"], os.environ["BENCH_WRITER"]
    with tempfile.TemporaryDirectory(prefix="bench-move-") as directory:
        environment = os.environ | {"YADO_LAB_DIR": os.path.join(directory, "lab")}
        command([yado, "lab", "up", "2"], environment)
        try:
            on = lambda host, *words: command([yado, "lab", "exec", host, *words], environment)
            figures = {case: measure(on, yado, writer, directory, case, options.rate, options.runs) for case in cases}
        finally:
            command([yado, "lab", "down"], environment)
    if options.json:
        print(json.dumps({f"{case}.{name}": round(value, 2) for case, found in figures.items() for name, value in found.items()}))
        return
    print(f"{'case':8}{'down':>10}{'longest':>10}{'whole':>10}{'rounds':>8}   ms, medians of {options.runs}; {options.rate:g} % rewritten a second")
    for case, found in figures.items():
        print(f"{case:8}{found['down_ms']:10.1f}{found['down_max_ms']:10.1f}{found['total_ms']:10.0f}{found['rounds']:8.0f}")


main()
