"""In a container: a file system of its own (FUSE) that never answers, and a thread of the same process that waits.

Such a process outlives SIGKILL: with the thread that waits for an answer lives the only handle on the server's end.
"""

import ctypes
import os
import struct
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PLACE = sys.argv[1]
INIT = 26

os.makedirs(PLACE, exist_ok=True)
server = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={server},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
if LIBC.mount(b"hang", PLACE.encode(), b"fuse", 0, options):
    print("no mount:", os.strerror(ctypes.get_errno()), flush=True)
    sys.exit(3)
threading.Thread(target=lambda: os.listdir(PLACE), daemon=True).start()
while True:
    request = os.read(server, 1 << 20)
    _length, code, unique = struct.unpack_from("IIQ", request)
    if code == INIT:
        # linux/fuse.h: struct fuse_init_out; the kernel is content with its first fields.
        answer = struct.pack("IIIIHHIIHHIIIIII", 7, 31, 0, 0, 12, 10, 4096, 1, 1, 0, 0, 0, 0, 0, 0, 0)
        os.write(server, struct.pack("IiQ", 16 + len(answer), 0, unique) + answer)
    else:
        print("hangs", code, flush=True)
        break
time.sleep(1000)
