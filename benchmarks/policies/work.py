"""The jobs: real programs that compute, with lifetimes as heavy-tailed as those of Unix processes (Harchol-Balter, Downey)."""

import hashlib
import os
import random
import resource
import subprocess

PYTHON = """
import hashlib, sys
h = b''
for i in range(int(sys.argv[1])):
    h = hashlib.sha256(h * 8 + b'%d' % i).digest()
    if i % 20000 == 0:
        print(i, h.hex(), flush=True)
print(h.hex())
"""

PERL = """
$| = 1; my $x = 1;
for my $i (1 .. $ARGV[0]) { $x = ($x * 1103515245 + 12345) % 2147483648; print "$i $x\\n" if $i % 500000 == 0; }
print "$x\\n";
"""

AWK = """BEGIN { x = 1; for (i = 1; i <= n; i++) { x = (x * 16807) % 2147483647; if (i % 500000 == 0) { print i, x; fflush() } } print x }"""

BC = "scale = 30; x = 0; for (i = 1; i <= %d; i++) { x += e(i / 1000) / i; if (i %% 100 == 0) 0 }; x\n"


def command(kind, units, directory, name):
    """argv of a job of so many units of work."""
    if kind == "python3":
        return ["python3", "-c", PYTHON, str(units)]
    if kind == "perl":
        return ["perl", "-e", PERL, str(units)]
    if kind == "awk":
        return ["awk", "-v", f"n={units}", AWK]
    path = os.path.join(directory, name)
    if kind == "bc":
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(BC.replace("if (i %% 100 == 0) 0 ", "") % units)
        return ["bc", "-l", "-q", path]
    if not os.path.exists(path):
        source = random.Random(4711)
        words = [b"%x " % source.getrandbits(20) for _ in range(4096)]
        with open(path, "wb") as file:
            left = units
            while left > 0:
                left -= file.write(b"".join(source.choices(words, k=4096))[:left])
    return ["gzip", "-n", "-9", "-c", path]


# A first guess of units in a second; measured before use.
GUESS = {"python3": 300_000, "perl": 5_000_000, "awk": 5_000_000, "bc": 3_000, "gzip": 6_000_000}


def run(arguments):
    """Runs a program to its end, unmoved: its output and the processor time it took, seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rates(directory):
    """Units of work in a second of processor time, by kind."""
    measured = {}
    for kind, guess in GUESS.items():
        _, seconds = run(command(kind, guess // 4, directory, f"measure-{kind}"))
        measured[kind] = guess / 4 / max(seconds, 0.01)
    return measured


def lifetimes(count, total, seed):
    """Seconds: bounded Pareto with P(lifetime > t) ~ 1/t over a range of 1 to 60, scaled to a total."""
    source = random.Random(seed)
    drawn = [1 / (1 - source.random() * (1 - 1 / 60)) for _ in range(count)]
    return [total * d / sum(drawn) for d in drawn]


class Work:
    """All jobs, with what each must print."""

    def __init__(self, directory, count, total, seed):
        speed = rates(directory)
        kinds = list(GUESS)
        self.jobs = []
        for number, seconds in enumerate(lifetimes(count, total, seed)):
            kind = kinds[number % len(kinds)]
            arguments = command(kind, max(1, int(seconds * speed[kind])), directory, f"job-{number}")
            output, used = run(arguments)
            self.jobs.append({"name": f"{kind}-{number}", "arguments": arguments, "digest": hashlib.sha256(output).hexdigest(), "seconds": used})

    @property
    def seconds(self):
        return sum(job["seconds"] for job in self.jobs)
