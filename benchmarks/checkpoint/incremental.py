"""./bench checkpoint: its case incremental, and the driver for all others. Run by ./run, which compiles both programs."""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

CASE = "incremental"
MIB, EVERY, RUNS, PATIENCE = 256, 10, 3, 240


def split(arguments):
    """The driver's arguments without the case; whether that and whether any other is wanted; whether as JSON."""
    rest, cases = [], None
    words = iter(arguments)
    for word in words:
        if word == "--cases":
            cases = next(words, "").split(",")
        else:
            rest.append(word)
    if cases is None:
        return rest, True, True, "--json" in rest
    others = [case for case in cases if case != CASE]
    return rest + (["--cases", ",".join(others)] if others else []), CASE in cases, bool(others), "--json" in rest


class Job:
    def __init__(self, yado, program, directory):
        self.yado, self.directory = yado, directory
        self.counter = os.path.join(directory, "counter")
        self.environment = {**os.environ, "YADO_HOME": os.path.join(directory, "home")}
        self.daemon = subprocess.Popen(
            [yado, "host"], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.until(lambda: subprocess.run(
            [yado, "ps"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0, "the daemon does not come up")
        self.call("run", "--detach", "--name", CASE, "--every", f"{EVERY}s", "--", program, str(MIB), self.counter)

    def call(self, *words):
        done = subprocess.run([self.yado, *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: yado {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def until(self, holds, otherwise):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                sys.exit(f"bench: {otherwise}")
            time.sleep(0.1)

    def checkpoint(self):
        found = [job for job in json.loads(self.call("ps", "--json")) if job["name"] == CASE]
        return (found[0].get("checkpoints") or [None])[0]

    def next_checkpoint(self, last):
        self.until(lambda: (self.checkpoint() or {}).get("path") != (last or {}).get("path"), "it is not saved")
        return self.checkpoint()

    def written(self):
        """What the daemon has written since its start, wherever to: the kernel counts."""
        with open(f"/proc/{self.daemon.pid}/io", encoding="ascii") as file:
            return int(next(line.split()[1] for line in file if line.startswith("wchar:")))

    def counted(self):
        with open(self.counter, encoding="ascii") as file:
            return file.read()

    def tell(self, pid, number):
        """A signal, and what the program writes when it has done what that asks for."""
        before = self.counted()
        os.kill(pid, number)
        self.until(lambda: self.counted() not in ("", before), "the program does not do what it is told")
        return self.counted().strip()

    def require_well(self, path):
        """The file is resumed, and the program looks at its memory and ends."""
        pid_file = os.path.join(self.directory, "pid")
        self.call("resume", path, "--detach", "--pid-file", pid_file)
        with open(pid_file, encoding="ascii") as file:
            pid = int(file.read())
        if self.tell(pid, signal.SIGTERM) != "well":
            sys.exit(f"bench: the program that was resumed from {path} has not the memory that it had")

    def ratios(self, number):
        """Bytes written for a checkpoint, over those of its file, with a tenth rewritten before each."""
        found = []
        last, written = self.checkpoint(), self.written()
        for turn in range(RUNS + 2):
            self.tell(self.pid(), number)
            last = self.next_checkpoint(last)
            now = self.written()
            # The first two are over files of before.
            if turn >= 2:
                found.append((now - written) / last["bytes"])
            written = now
        return found

    def pid(self):
        return next(job["pid"] for job in json.loads(self.call("ps", "--json")) if job["name"] == CASE)

    def close(self):
        subprocess.run([self.yado, "kill", CASE], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()


def measure(yado, program):
    directory = tempfile.mkdtemp(prefix="yado-incremental-")
    job = None
    try:
        job = Job(yado, program, directory)
        first = job.next_checkpoint(None)
        job.next_checkpoint(first)
        figures = {}
        for name, number in {"bytes_ratio": signal.SIGUSR1, "bytes_ratio_other": signal.SIGUSR2}.items():
            ratios = job.ratios(number)
            figures[f"{CASE}.{name}"] = round(statistics.median(ratios), 3)
            figures[f"{CASE}.{name}_min"], figures[f"{CASE}.{name}_max"] = round(min(ratios), 3), round(max(ratios), 3)
        saved = os.path.join(directory, "saved.ctx")
        shutil.copy(job.checkpoint()["path"], saved)
        job.call("kill", CASE)
        job.require_well(saved)
        return figures
    finally:
        if job is not None:
            job.close()
        shutil.rmtree(directory, ignore_errors=True)


def main():
    arguments, wanted, others, as_json = split(sys.argv[1:])
    figures, status = {}, 0
    if others:
        done = subprocess.run([os.environ["BENCH_DRIVER"], *arguments], stdout=subprocess.PIPE if as_json else None, text=True)
        status = done.returncode
        figures = json.loads(done.stdout) if as_json and status == 0 else {}
    if status == 0 and wanted:
        figures |= measure(os.environ["YADO"], os.environ["BENCH_REWRITER"])
    if status == 0 and as_json:
        print(json.dumps(figures, indent=2))
    elif status == 0 and wanted:
        print(f"\n{CASE}: a periodic checkpoint of {MIB} MiB writes, of the bytes of its file, where between two of them\n"
              f"  the same tenth of the pages is rewritten   {figures[CASE + '.bytes_ratio']:.3f}\n"
              f"  another tenth each time                    {figures[CASE + '.bytes_ratio_other']:.3f}")
    sys.exit(status)


if __name__ == "__main__":
    main()
