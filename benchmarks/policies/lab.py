"""A lab of virtual hosts and the API of its daemons, by their unix sockets."""

import http.client
import json
import os
import shutil
import socket
import subprocess


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("yado", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Lab:
    """Comes up with the with statement and is gone behind it."""

    def __init__(self, yado, directory, hosts, cpus):
        self.yado, self.directory, self.hosts, self.cpus = yado, directory, hosts, cpus
        self.environment = dict(os.environ, YADO_LAB_DIR=directory)

    def __enter__(self):
        self.command("lab", "up", str(self.hosts), "--cpus", str(self.cpus))
        return self

    def __exit__(self, *_):
        subprocess.run([self.yado, "lab", "down"], env=self.environment, stdout=subprocess.DEVNULL)

    def command(self, *words):
        done = subprocess.run([self.yado, *words], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: yado {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def home(self, host):
        return os.path.join(self.directory, host, "home", ".yado")

    def ask(self, host, method, path, body=None):
        """One request to the daemon of a host."""
        connection = UnixConnection(os.path.join(self.home(host), "daemon.sock"))
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise SystemExit(f"bench: {host}: {content.get('error', content)}")
        return content

    def keep_logs(self, directory):
        os.makedirs(directory, exist_ok=True)
        for number in range(1, self.hosts + 1):
            name = f"h{number}"
            shutil.copy(os.path.join(self.directory, name, "host.log"), os.path.join(directory, f"{name}.log"))
            decisions = os.path.join(self.home(name), "decisions.jsonl")
            if os.path.exists(decisions):
                shutil.copy(decisions, os.path.join(directory, f"{name}.decisions.jsonl"))

    def output(self, job):
        """What a job has printed, from the host where it ended."""
        path = os.path.join(self.home(job["host"]), "jobs", f"{job['id']}-{job['epoch']}", "stdout")
        with open(path, "rb") as file:
            return file.read()
