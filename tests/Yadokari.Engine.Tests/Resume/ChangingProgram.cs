namespace Yadokari.Engine.Tests.Resume;

/// <summary>A python program that changes its mappings when it is asked to, and knows what each of its pages must hold and how each may be
/// used. It answers with the number of those that are otherwise.</summary>
internal static class ChangingProgram
{
    public const string Source = """
        import ctypes, random, sys
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        libc.mremap.restype = ctypes.c_void_p
        libc.mremap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p]
        libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        PAGE, BASE, PAGES = 4096, 0x500000000000, 6144
        values, protections = {}, {}
        chance = random.Random(1991)

        def must(result):
            if result in (-1, 2**64 - 1):
                raise OSError(ctypes.get_errno(), 'a call failed')

        def at(page):
            return BASE + page * PAGE

        def put(page, value):
            ctypes.c_uint64.from_address(at(page) + 1000).value = value
            values[page] = value

        def make(first, count, protection=3):
            must(libc.mmap(at(first), count * PAGE, protection, 0x32, -1, 0))
            for page in range(first, first + count):
                values[page], protections[page] = 0, protection

        def unmake(first, count):
            must(libc.munmap(at(first), count * PAGE))
            for page in range(first, first + count):
                values.pop(page, None), protections.pop(page, None)

        def write(first, count):
            for page in range(first, first + count):
                if protections.get(page) == 3:
                    put(page, chance.randrange(1, 2**60))

        def protect(first, count, protection):
            for page in range(first, first + count):
                if page in protections:
                    must(libc.mprotect(at(page), PAGE, protection))
                    protections[page] = protection

        def drop(first, count):
            for page in range(first, first + count):
                if protections.get(page) == 3:
                    must(libc.madvise(at(page), PAGE, 4))
                    values[page] = 0

        def move(first, count, to):
            if any(protections.get(page) != 3 for page in range(first, first + count)):
                return
            unmake(to, count)
            for page in range(count):
                must(libc.mremap(at(first + page), PAGE, PAGE, 3, at(to + page)))
                values[to + page], protections[to + page] = values.pop(first + page), protections.pop(first + page)

        def change():
            for _ in range(12):
                first, count = chance.randrange(PAGES), chance.randrange(1, 24)
                count = min(count, PAGES - first)
                what = chance.randrange(8)
                if what == 0: unmake(first, count)
                elif what == 1: make(first, count)
                elif what == 2: protect(first, count, chance.choice([0, 1, 3]))
                elif what == 3: drop(first, count)
                elif what == 4: move(first, count, chance.randrange(PAGES - count))
                elif what == 5: make(PAGES + chance.randrange(64), chance.randrange(1, 64))
                elif what == 6: make(first, count, 1)
                else: write(first, count)
            write(chance.randrange(PAGES - 400), 400)

        def wrong():
            count = 0
            for page in list(protections):
                if protections[page] != 0:
                    count += ctypes.c_uint64.from_address(at(page) + 1000).value != values[page]
            ranges = {}
            for line in open('/proc/self/maps'):
                span, mode = line.split()[:2]
                start, end = (int(part, 16) for part in span.split('-'))
                for page in range(max(0, (start - BASE) // PAGE), min(PAGES + 200, (end - BASE) // PAGE)):
                    ranges[page] = {'---p': 0, 'r--p': 1, 'rw-p': 3}.get(mode)
            return count + sum(1 for page in ranges.keys() | protections.keys() if ranges.get(page) != protections.get(page))

        make(0, PAGES)
        write(0, PAGES)
        print('ready', flush=True)
        for line in sys.stdin:
            if line == 'change\n':
                change()
            print(wrong(), flush=True)
        sys.exit(13)
        """;
}
