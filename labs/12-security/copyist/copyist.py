"""The copyist: copies the order that lies in /orders into his spool, and waits for the next one."""

import pathlib
import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
order = pathlib.Path("/orders/order").read_text().strip()
pathlib.Path("/var/spool/copyist/copy").write_text(order)
print(f"order {order} is copied", flush=True)
signal.pause()
