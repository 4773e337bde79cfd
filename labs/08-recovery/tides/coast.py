"""How high the water can be on this coast, hour by hour for nineteen years: makes coast.tab. It takes a while.

The tides are sums of waves, each with its own height (metres) and length (hours). These are made up for this course.
"""

import math
from pathlib import Path

WAVES = ((2.9, 12.4206), (1.0, 12.0), (0.6, 12.6583), (0.4, 23.9345), (0.3, 25.8193))
MEAN = 3.4

with Path("coast.tab").open("w") as table:
    for hour in range(0, 19 * 8766):
        height = MEAN + sum(high * math.cos(2 * math.pi * hour / length) for high, length in WAVES)
        table.write(f"{hour:06} {height:.2f} m\n")
print("coast.tab is written")
