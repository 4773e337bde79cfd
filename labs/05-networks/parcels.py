"""Send UDP parcels with as many bytes as the arguments say, none of which may be cut: python3 parcels.py 1472 1473"""

import socket
import sys

IP_MTU_DISCOVER, NEVER_CUT = 10, 2  # as Linux numbers them: ip(7)
parcel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
parcel.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, NEVER_CUT)
for size in map(int, sys.argv[1:]):
    try:
        parcel.sendto(bytes(size), ("192.0.2.1", 9))  # nobody: the address is kept for examples
        print(size, "bytes: sent")
    except OSError as error:
        print(size, "bytes:", error.strerror)
