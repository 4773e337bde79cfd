"""The mess: sends out messengers and cooks, and serves."""

import os
import subprocess
import time

# A messenger starts a friend in the background and leaves: the friend is an orphan.
for number in (1, 2):
    subprocess.run(["sh", "-c", f"(sleep 0.2; echo message {number} is delivered) &"], check=True)

# The cooks are the program's own children.
cooks = []
for number in range(1, int(os.environ["COOKS"]) + 1):
    cooks.append(subprocess.Popen(["sh", "-c", f"sleep 0.2; echo dish {number} is ready"]))

while True:
    time.sleep(1)
