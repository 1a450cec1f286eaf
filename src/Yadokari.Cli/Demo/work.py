# Words, counted and hashed: a dictionary that grows, and a digest of everything seen.
import hashlib
digest, counts, x = hashlib.sha256(), {}, 1
for i in range(1, 1000001):
    x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
    word = "%x" % (x >> 44)
    counts[word] = counts.get(word, 0) + 1
    digest.update(word.encode())
    if i % 100000 == 0:
        print(i, len(counts), digest.hexdigest(), flush=True)
