"""Somebody at a terminal: runs a command in a new one, types what comes by standard input, and prints what is on the screen.

usage: terminal.py ROWS COLUMNS COMMAND...

The byte 0xFE, then ROWS, a space, COLUMNS and a line's end: the window has another size from then on. The end of the input closes
the window. The exit status is the command's; the last line on standard error says whether the terminal is set as it was at first.
"""
import fcntl, os, pty, select, struct, sys, termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    rows, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    master, slave = pty.openpty()
    resize(master, rows, columns)
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(slave, number)
        os.closerange(3, 256)
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    held = b""
    sources = [0, master]
    while True:
        ready = select.select(sources, [], [], 0.1)[0]
        if master in ready:
            os.write(1, os.read(master, 65536))
            continue
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                os.close(master)
                os.close(slave)
                os.waitpid(pid, 0)
                return 0
            held += typed
            while held:
                text, mark, rest = held.partition(b"\xfe")
                if text:
                    os.write(master, text)
                if not mark:
                    held = b""
                    break
                size, end, rest = rest.partition(b"\n")
                if not end:
                    held = mark + size
                    break
                resize(master, *map(int, size.split()))
                held = rest
            continue
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            # What it wrote between the look at the screen and its end.
            while select.select([master], [], [], 0)[0]:
                os.write(1, os.read(master, 65536))
            print("terminal as before" if termios.tcgetattr(slave) == before else "terminal left behind", file=sys.stderr)
            return os.waitstatus_to_exitcode(status) & 0xFF


sys.exit(main())
