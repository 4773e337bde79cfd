"""Keeps the watch, and closes the book when it is asked to stop by SIGTERM."""

import os
import signal
import sys
import time


def close_the_book(number, frame):
    print(f"book of {os.environ['LAMP']} closed", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, close_the_book)
print("the watch begins", flush=True)
while True:
    time.sleep(1)
