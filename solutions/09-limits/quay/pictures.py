"""Makes small pictures of big ones, and forgets to let go of the big ones: pictures.py COUNT."""

import sys
import time

kept = []
for number in range(1, int(sys.argv[1]) + 1):
    kept.append(bytearray(b"x") * (4 * 1024 * 1024))
    print(f"picture {number}: {number * 4} MiB held", flush=True)
    time.sleep(0.1)
print("all pictures done", flush=True)
