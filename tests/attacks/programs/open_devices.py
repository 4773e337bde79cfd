"""In a container: the two devices that are everybody's, and what one gets by them."""

import fcntl
import os
import struct

TUNSETIFF, IFF_TUN = 0x400454CA, 1

for place in ("/dev/fuse", "/dev/net/tun"):
    handle = os.open(place, os.O_RDWR)
    print("opened", place)
    if place.endswith("tun"):
        try:
            fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", b"drydock0", IFF_TUN))
            print("interface", *os.listdir("/sys/class/net"))
        except OSError as error:
            print("refused", error)
