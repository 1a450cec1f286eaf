"""A command on a terminal of its own, kept with its times (asciicast 2), and made a picture that moves (Debian's termtosvg)."""
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import tempfile
import termios
import time

TOOL = "termtosvg"
TEMPLATE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "terminal.svg")


def need():
    """Installs what draws. Raises RuntimeError when that can't be."""
    if shutil.which(TOOL):
        return
    if os.geteuid() != 0:
        raise RuntimeError(f"{TOOL} is not installed: apt-get install {TOOL}")
    done = subprocess.run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-qq", "--no-install-recommends", TOOL],
                          env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{TOOL} can't be installed: {done.stderr.strip()}")


def record(command, shown, columns, rows):
    """Runs a command to its end. Gives its status and the lines of the recording, which begins with what a user would have typed."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir("/")
            os.environ["TERM"] = "xterm-256color"
            os.execv(command[0], command)
        finally:
            os._exit(127)
    begun = time.monotonic()
    lines = [json.dumps({"version": 2, "width": columns, "height": rows}), json.dumps([0.0, "o", f"$ {shown}\r\n"])]
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            # The last one that had the terminal open has ended: EIO.
            break
        if not piece:
            break
        lines.append(json.dumps([time.monotonic() - begun, "o", piece.decode(errors="replace")]))
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), lines


def draw(lines, path, pause, rest):
    """Writes the picture. No pause is longer than the first time (s); before it begins anew it rests for the second one."""
    with tempfile.NamedTemporaryFile("w", suffix=".cast", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        done = subprocess.run([TOOL, "render", file.name, path, "-t", TEMPLATE, "-m", "120", "-M", str(int(pause * 1000)), "-D", str(int(rest * 1000))],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{TOOL} ended with {done.returncode}: {done.stderr.strip()}")
