"""The part of ./bench rdict that is about the dictionary server in C# (samples/rdict/server), native and with the .NET runtime."""
import os
import statistics
import subprocess
import sys
import time

from part_c import HERE, ROOT, YADO, Failure, Lab, run

# One each: a service that was ended just now may still have its ports.
PORTS = {"native": 8080, "jit": 8090}
PAPER = {"native.total_s": 0.93, "jit.total_s": 0.93}


def add_options(parser):
    parser.add_argument("--cs-timed", type=int, default=7, help="moves of each C# server that are timed (7)")


class Asker:
    """A client with one connection, which was made before the moves."""

    def __init__(self, lab, place):
        self.process = lab.start("h3", sys.executable, f"{HERE}/asker.py", place, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, where):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        status, found, place = self.process.stdout.readline().split()
        if status != "200" or found != "true" or not place.startswith(where):
            raise Failure(f"the client was answered {status} '{found}' by {place}, not by {where}")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure_one(lab, kind, folder, words, count):
    name, port = f"rdict-{kind}", PORTS[kind]
    lab.on("h1", YADO, "run", "--service", name, "--port", str(port), "--", f"{folder}/rdict", "--dictionary", words)
    asker, at, to, moves = Asker(lab, f"10.199.0.1:{port}"), "h1", "h2", []
    asker.ask("10.199.0.1")
    # On the first two each host sees program and service for the first time.
    for _ in range(count + 2):
        begun = time.monotonic()
        _, report = lab.daemons[at].move(name, to)
        asker.ask(f"10.199.0.{to[1]}")
        moves.append((time.monotonic() - begun, report))
        at, to = to, at
    asker.close()
    lab.on(at, YADO, "kill", name)
    later = moves[2:]
    return {
        f"{kind}.total_s": statistics.median(total for total, _ in later),
        f"{kind}.first_total_s": moves[0][0],
        f"{kind}.start_s": statistics.median(report["service"]["start"] for _, report in later) / 1000,
        f"{kind}.ahead_s": statistics.median(report["service"]["ahead"] for _, report in later) / 1000,
        f"{kind}.pause_s": statistics.median(report["downtimeMilliseconds"] for _, report in later) / 1000,
        f"{kind}.program_bytes": sum(os.path.getsize(os.path.join(folder, file)) for file in os.listdir(folder)),
        f"{kind}.timed_moves": count,
    }


def publish(folder, *properties):
    run(["dotnet", "publish", f"{ROOT}/samples/rdict/server", "-c", "Release", "-nologo", "-v", "q", "-p:DebugType=none", "-o", folder, *properties])
    for file in os.listdir(folder):
        if file.endswith((".dbg", ".pdb", ".xml")):
            os.remove(os.path.join(folder, file))


def measure(directory, options):
    words = run([os.path.join(ROOT, "samples/rdict/install")]).strip()
    publish(f"{directory}/jit")
    publish(f"{directory}/native", "-p:Native=true")
    lab, figures = Lab(directory), {}
    try:
        lab.up()
        for kind in PORTS:
            figures.update(measure_one(lab, kind, f"{directory}/{kind}", words, options.cs_timed))
    finally:
        lab.down()
    return figures
