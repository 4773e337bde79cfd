"""Keeper: turns the lamp of the lighthouse, and writes the time of each turn into the file /tmp/turned.

It has no port and answers nobody. With LAMP=stuck in the environment it stops after the first turn, and says nothing.
"""

import os
import signal
import sys
import time
from pathlib import Path

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("keeper: the lamp is turning", flush=True)
while True:
    Path("/tmp/turned").write_text(f"{time.time()}\n")
    if os.environ.get("LAMP") == "stuck":
        signal.pause()
    time.sleep(0.2)
