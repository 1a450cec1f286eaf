# Runs an encoded restore plan's operations one by one, as the interpreter would: an independent reading of the format.
# argv: encoded region, its base, number of operations, first free number, bytes that it needs, offset of the operations, length of one.
import ctypes, os, struct, sys

image = open(sys.argv[1], 'rb').read()
base, count = int(sys.argv[2]), int(sys.argv[3])
first, span, operations_at, step = map(int, sys.argv[4:8])
os.closerange(3, 300)
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.syscall.restype = ctypes.c_long
assert libc.mmap(base, span, 3, 0x100022, -1, 0) == base
ctypes.memmove(base, image, len(image))
for stream in range(3):
    os.dup2(stream, first - 4 + stream)
for number in range(10):
    try:
        os.close(number)
    except OSError:
        pass


def end(text):
    os.write(first - 3, (text + '\n').encode())
    os._exit(1)


def slot(offset):
    return ctypes.c_int64.from_address(base + offset)


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


at = 0
while at < count:
    raw = ctypes.string_at(base + operations_at + at * step, step)
    kind, slots, on_error, _, number = struct.unpack_from('<BBBBi', raw)
    args = [signed(value) for value in struct.unpack_from('<6Q', raw, 8)]
    result, target, message = struct.unpack_from('<iiQ', raw, 56)
    args = [slot(value).value if slots >> i & 1 else value for i, value in enumerate(args)]
    at += 1
    if kind == 0:
        value = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(each) for each in args])
        error = ctypes.get_errno()
        value = -error if value == -1 else value
        if result >= 0:
            slot(result).value = value
        if value < 0:
            if on_error == 0:
                end('%s: %s (call %d %r)' % (ctypes.string_at(message).decode() if message else '?', os.strerror(error), number, args))
            if on_error == 2:
                at = target
        continue
    elif kind == 2:
        at = target
        continue
    elif kind == 3:
        if [args[0] == args[1], args[0] != args[1], args[0] < args[1], args[0] >= args[1]][number]:
            at = target
        continue
    elif kind == 8:
        end(ctypes.string_at(message).decode())
    elif kind in (11, 12):
        text = str(args[1]).encode() if kind == 11 else ctypes.string_at(args[1], args[2])
        cursor = ctypes.c_int64.from_address(args[0])
        ctypes.memmove(cursor.value, text, len(text))
        cursor.value += len(text)
        continue
    else:
        value = {14: lambda: args[0] + args[1], 15: lambda: args[0] - args[1], 21: lambda: args[0] & args[1],
                 20: lambda: ctypes.c_uint32.from_address(args[0]).value}[kind]()
    slot(result).value = value

os.closerange(first - 1, first + 100)
print('ready', flush=True)
sys.stdin.read()
