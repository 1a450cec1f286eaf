"""A page in Chromium without a screen, by the DevTools protocol over two pipes."""
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
    def __init__(self, around, environment):
        self.profile = tempfile.mkdtemp(prefix="yado-page-")
        command = "exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe " \
                  "--user-data-dir=\"$1\" about:blank 3<&0 4>&1 >/dev/null 2>&1"
        self.process = subprocess.Popen([*around, "/bin/sh", "-c", command, "sh", self.profile], env={**environment, "HOME": self.profile},
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.last, self.rest, self.session = 0, b"", None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)

    def send(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.process.stdin.write(json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" in self.rest:
                text, self.rest = self.rest.split(b"\0", 1)
                answer = json.loads(text)
                if answer.get("id") == self.last:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']}")
                    return answer["result"]
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.rest += piece

    def ask(self, expression):
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)["result"].get("value")

    def until(self, expression, seconds=60):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            try:
                if self.ask(f"!!({expression})"):
                    return
            except RuntimeError as failure:
                # Asked just when one page made room for the next: that one is asked then.
                if "navigated" not in str(failure):
                    raise
            time.sleep(0.02)
        raise RuntimeError(f"never came: {expression}; the page says: {self.ask('document.body.innerText')[:500]}")

    def close(self):
        try:
            self.send("Browser.close")
            self.process.wait(20)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
