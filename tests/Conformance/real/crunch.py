"""Numpy at work: the output must not depend on where it ran. Arguments: the gate file, how many rounds."""
import hashlib
import os
import sys

import numpy

gate, rounds = sys.argv[1], int(sys.argv[2])
random = numpy.random.default_rng(1991)
state = random.standard_normal((120, 120))


def step(matrix, number):
    q, r = numpy.linalg.qr(matrix)
    spectrum = numpy.fft.rfft(r.ravel())
    folded = numpy.sort(numpy.abs(spectrum))[::-1]
    return q @ r.T / 11 + number, hashlib.sha256(folded.tobytes()).hexdigest()


words = {}
for number in range(rounds):
    before = state
    state, digest = step(state, number)
    words[digest] = [number, digest[:8], {"odd": number % 2 == 1}]
    print(number, digest, f"{state.sum():.17g}", len(words), flush=True)

while not os.path.exists(gate):
    with open(gate + ".beats", "a") as beats:
        beats.write(".")
    _, again = step(before, rounds - 1)
    if again != digest:
        sys.exit("the last step came out otherwise than before")

print("done", hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest())
