"""Takes all that the kernel gives to one user of inotify instances and of keys, says how many, and keeps them."""

import ctypes
import os
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_ADD_KEY = 248 if os.uname().machine == "x86_64" else 217
_USER_KEYRING = -4


def count(take) -> int:
    taken = 0
    while taken < 100_000 and take(taken) >= 0:
        taken += 1
    return taken


def key(size: int):
    return lambda n: _LIBC.syscall(_ADD_KEY, b"user", b"%d.%d" % (size, n), b"x" * size, size, _USER_KEYRING)


print("taken", count(lambda _n: _LIBC.inotify_init1(0)), sum(count(key(size)) for size in (80, 20, 1)), flush=True)
time.sleep(1000)
