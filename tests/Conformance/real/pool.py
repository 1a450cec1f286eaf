# Python's multiprocessing at work: a pool, a counter with its lock, an array and a block of shared memory. Arguments: the gate file, how many rounds.
import ctypes
import multiprocessing
import os
import sys
from multiprocessing import shared_memory

gate, rounds = sys.argv[1], int(sys.argv[2])


def work(number):
    total = sum(number * step % 7 for step in range(2000))
    with counter.get_lock():
        counter.value += 1
    array[number % len(array)] = number
    block.buf[number] = number
    return total


context = multiprocessing.get_context("fork")
counter = context.Value(ctypes.c_long, 0)
array = context.RawArray(ctypes.c_long, 40)
block = shared_memory.SharedMemory(create=True, size=4096)
try:
    with context.Pool(4) as pool:
        done = 0
        last = None
        while done < rounds or not os.path.exists(gate):
            got = pool.map(work, range(40))
            done += 1
            if last not in (None, got) or counter.value != done * 40 or list(array) != list(range(40)) or bytes(block.buf[:40]) != bytes(range(40)):
                sys.exit("came out otherwise than before")
            last = got
            if done <= rounds:
                print(done, sum(got), counter.value, flush=True)
            else:
                with open(gate + ".beats", "a") as beats:
                    beats.write(".")
finally:
    block.close()
    block.unlink()
print("done")
