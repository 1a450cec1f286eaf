# Python at work with processes: one that lasts, programs that are run, forks with a pipe. Arguments: the gate file, how many rounds.
import os
import subprocess
import sys

gate, rounds = sys.argv[1], int(sys.argv[2])
echo = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def write(descriptor, data):
    # A write that has moved a part of its bytes when it is interrupted says so.
    while data:
        data = data[os.write(descriptor, data):]


def work(number):
    echo.stdin.write(b"%d\n" % number)
    echo.stdin.flush()
    said = echo.stdout.readline()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        for piece in range(number % 7 + 1):
            write(writer, b"x" * 30000)
        os._exit(number % 100)
    os.close(writer)
    length = 0
    while piece := os.read(reader, 65536):
        length += len(piece)
    os.close(reader)
    _, status = os.waitpid(child, 0)
    program = subprocess.run(["expr", str(number), "*", "3"], capture_output=True, check=True).stdout
    return said, length, status, program


for number in range(1, rounds + 1):
    last = work(number)
    print(*last, flush=True)
while not os.path.exists(gate):
    with open(gate + ".beats", "a") as beats:
        beats.write(".")
    if work(rounds) != last:
        sys.exit("came out otherwise than before")
echo.stdin.close()
print("done", echo.wait())
