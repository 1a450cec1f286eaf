"""The part of ./bench rdict that is about rpcgen servers in C (samples/rdict/c, tests/Lab/movable)."""
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
HERE = os.path.dirname(os.path.realpath(__file__))
YADO = os.environ["YADO"]
PATIENCE = 60
SIZES_MB = (0.1, 1, 10, 100)
# Hori and Ito, SPARC 33 MHz.
PAPER = {"c.total_s": 0.93, "c.data_s": 0.08, "c.copy_s": 0.41, "c.client_bytes": 16000, "c.server_bytes": 33000}


class Failure(Exception):
    """No figures: something is not as it has to be."""


def add_options(parser):
    parser.add_argument("--c-moves", type=int, default=100, help="moves of the C server under load (100)")
    parser.add_argument("--c-timed", type=int, default=10, help="moves of the C server that are timed (10)")


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_until(state, what):
    end = time.monotonic() + PATIENCE
    while not state():
        if time.monotonic() > end:
            raise Failure(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.01)


class Daemon(http.client.HTTPConnection):
    """The API of one host, by its socket."""

    def __init__(self, lab, host):
        super().__init__("yado")
        self.path = os.path.join(lab, host, "home", ".yado", "daemon.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def move(self, job, target):
        """Seconds, and what the daemon measured."""
        begun = time.monotonic()
        self.request("POST", f"/v1/jobs/{job}/move", json.dumps({"target": target}), {"Content-Type": "application/json", "Connection": "close"})
        text = self.getresponse().read().decode()
        took = time.monotonic() - begun
        self.close()
        last = json.loads(text.splitlines()[-1])
        report = last.get("report")
        if not report:
            raise Failure(f"the move to {target} failed: {text}")
        return took, report


class Lab:
    def __init__(self, directory):
        self.directory = directory
        self.lab = os.path.join(directory, "lab")
        self.environment = {**os.environ, "YADO_LAB_DIR": self.lab}
        self.made = {**self.environment, "PKG_CONFIG_PATH": os.path.join(directory, "installed", "lib", "pkgconfig")}

    def up(self):
        run([YADO, "lab", "up", "3"], env=self.environment)
        for host in ("h1", "h2"):
            self.on(host, "/usr/sbin/rpcbind")
        self.daemons = {host: Daemon(self.lab, host) for host in ("h1", "h2")}

    def down(self):
        subprocess.run([YADO, "lab", "down"], env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)

    def on(self, host, *command):
        return run([YADO, "lab", "exec", host, *command], env=self.environment)

    def start(self, host, *command, **options):
        return subprocess.Popen([YADO, "lab", "exec", host, *command], env=self.environment, text=True, **options)

    def build(self):
        run(["make", "-s", "-C", os.path.join(ROOT, "src/mrpc"), f"OUT={self.directory}/made", f"PREFIX={self.directory}/installed", "install"])
        run(["make", "-s", "-C", os.path.join(ROOT, "samples/rdict/c"), f"OUT={self.directory}/rdict", f"YADO={YADO}"], env=self.made)
        shutil.copytree(os.path.join(ROOT, "tests/Lab/movable"), f"{self.directory}/tally")
        run(["make", "-s", "-C", f"{self.directory}/tally", f"YADO={YADO}"], env=self.made)
        rdict = f"{self.directory}/rdict"
        flags = run(["pkg-config", "--cflags", "--libs", "mrpc"], env=self.made).split()
        run(["gcc", "-O2", "-w", f"-I{rdict}", f"{HERE}/c/asker.c", f"{rdict}/rdict_clnt.o", f"{rdict}/rdict_xdr.o", "-o", f"{rdict}/asker", *flags])

    def sizes(self):
        """Bytes that the library adds to client and server, both stripped."""
        rdict, objects = f"{self.directory}/rdict", {"client": ("rdict_clnt", "rdict_client", "rdict_xdr"), "server": ("rdict_svc", "plain", "rdict_xdr")}
        libraries = run(["pkg-config", "--libs", "mrpc"], env=self.made).split()
        cflags = run(["pkg-config", "--cflags", "mrpc"], env=self.made).split()
        run(["gcc", "-O2", "-w", "-c", f"-I{rdict}", *cflags, os.path.join(ROOT, "samples/rdict/c/rdict.c"), "-o", f"{rdict}/plain.o"])
        figures = {}
        for which, names in objects.items():
            for label, flags in (("plain", ["-ltirpc"]), ("linked", libraries)):
                files = [f"{rdict}/{'rdict' if name == 'plain' and label == 'linked' else name}.o" for name in names]
                run(["gcc", "-s", "-o", f"{rdict}/{which}.{label}", *files, *flags])
            figures[f"c.{which}_bytes"] = os.path.getsize(f"{rdict}/{which}.linked") - os.path.getsize(f"{rdict}/{which}.plain")
        return figures


class Asker:
    """A client with one handle, which was made before the moves."""

    def __init__(self, lab, host, network):
        self.process = lab.start("h3", f"{lab.directory}/rdict/asker", host, network, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self):
        self.process.stdin.write("apple\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != "apple":
            raise Failure(f"the client was answered '{answer}'")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed_moves(lab, name, count, network="tcp"):
    """From the request until all steps have ended and the client has its answer from the new host."""
    asker, at, to, moves = Asker(lab, "10.199.0.1", network), "h1", "h2", []
    asker.ask()
    for _ in range(count):
        begun = time.monotonic()
        _, report = lab.daemons[at].move(name, to)
        asker.ask()
        moves.append((time.monotonic() - begun, report))
        at, to = to, at
    asker.close()
    lab.on(at, "yado", "kill", name)
    return moves


def measure_rdict(lab, options):
    words = run([os.path.join(ROOT, "samples/rdict/install")]).strip()
    lab.on("h1", "env", f"RDICT_WORDS={words}", "yado", "run", "--service", "rdict-c", "--", f"{lab.directory}/rdict/server/rdictd")
    moves = timed_moves(lab, "rdict-c", options.c_timed + 2)
    phases = [report["service"] for _, report in moves]
    # On the first two each host sees program and service for the first time.
    later = slice(2, None)
    return {
        "c.total_s": statistics.median(total for total, _ in moves[later]),
        "c.first_total_s": moves[0][0],
        "c.data_s": statistics.median(p["ahead"] + p["drain"] + p["delta"] for p in phases[later]) / 1000,
        "c.copy_s": max(0.0, phases[0]["start"] - statistics.median(p["start"] for p in phases[later])) / 1000,
        "c.start_s": statistics.median(p["start"] for p in phases[later]) / 1000,
        "c.pause_s": statistics.median(report["downtimeMilliseconds"] for _, report in moves[later]) / 1000,
        "c.state_bytes": phases[-1]["stateBytes"] + phases[-1]["deltaBytes"],
        "c.timed_moves": options.c_timed,
    }


def measure_sizes(lab):
    """Total against the size of the program: data beside it travels as part of it."""
    figures = {}
    for size in SIZES_MB:
        folder, name = f"{lab.directory}/program-{size}", f"rdict-{size}"
        shutil.copytree(f"{lab.directory}/rdict/server", folder)
        with open(f"{folder}/ballast", "wb") as file:
            file.write(os.urandom(max(0, int(size * 1e6) - os.path.getsize(f"{folder}/rdictd"))))
        lab.on("h1", "env", "RDICT_WORDS=/etc/hostname", "yado", "run", "--service", name, "--", f"{folder}/rdictd")
        asker = Asker(lab, "10.199.0.1", "tcp")
        asker.process.stdin.write("nothing\n")
        asker.process.stdin.flush()
        asker.process.stdout.readline()
        at, to = "h1", "h2"
        # The first copies the program; the second goes back to a host that has it.
        for which in ("first", "second"):
            begun = time.monotonic()
            lab.daemons[at].move(name, to)
            asker.process.stdin.write("nothing\n")
            asker.process.stdin.flush()
            asker.process.stdout.readline()
            figures[f"c.size_{size}mb.{which}_s"] = time.monotonic() - begun
            at, to = to, at
        asker.close()
        lab.on(at, "yado", "kill", name)
        shutil.rmtree(folder)
    return figures


def measure_once(lab, options):
    """Eight clients by UDP and TCP, replies that are lost on purpose, and moves without a rest."""
    tally = f"{lab.directory}/tally"
    os.makedirs(f"{tally}/server")
    shutil.copy(f"{tally}/tally_server", f"{tally}/server/")
    lab.on("h1", "env", f"LD_PRELOAD={tally}/lost_replies.so", "yado", "run", "--service", "tally", "--", f"{tally}/server/tally_server")
    stop, outputs = f"{tally}/stop", [f"{tally}/client{n}.out" for n in range(8)]
    clients = []
    for n, name in enumerate(outputs):
        with open(name, "w", encoding="ascii") as output:
            clients.append(lab.start("h3", f"{tally}/tally_client", "10.199.0.1", "udp" if n % 2 == 0 else "tcp", f"client{n}", stop, stdout=output,
                                     stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))

    def all_go_on():
        before = [os.path.getsize(name) for name in outputs]
        wait_until(lambda: all(os.path.getsize(name) > size for name, size in zip(outputs, before)) or any(c.poll() is not None for c in clients),
                   "clients stand still")

    all_go_on()
    at, to = "h1", "h2"
    for _ in range(options.c_moves):
        lab.daemons[at].move("tally", to)
        at, to = to, at
        all_go_on()
    with open(stop, "w", encoding="ascii"):
        pass
    answered = 0
    for name, client in zip(outputs, clients):
        _, errors = client.communicate(timeout=PATIENCE)
        with open(name, encoding="ascii") as file:
            last = file.read().splitlines()[-1:]
        if client.returncode != 0 or not last:
            raise Failure(f"a client failed: {errors} {last}")
        answered += int(last[0].split()[1])
    calls, twice, lost = (int(word) for word in lab.on("h3", f"{tally}/tally_client", f"10.199.0.{at[1]}", "tcp", "report").split()[:3])
    lab.on(at, "yado", "kill", "tally")
    if calls < answered:
        lost += answered - calls
    if calls > answered:
        twice += calls - answered
    return {"c.calls": calls, "c.moves": options.c_moves, "c.lost": lost, "c.twice": twice}


def measure(directory, options):
    lab = Lab(directory)
    lab.build()
    try:
        lab.up()
        figures = measure_rdict(lab, options)
        figures.update(measure_sizes(lab))
        figures.update(measure_once(lab, options))
    finally:
        lab.down()
    figures.update(lab.sizes())
    return figures
