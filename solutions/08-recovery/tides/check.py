"""Refuses a list of harbours that can't be true: reads harbours.csv, and coast.tab, which coast.py has made."""

import csv
import sys
from pathlib import Path

highest = max(float(line.split()[1]) for line in Path("coast.tab").read_text().splitlines())
with Path("harbours.csv").open(newline="") as lines:
    for row in csv.DictReader(lines):
        if not 0 < float(row["height_m"]) <= highest:
            sys.exit(f"harbours.csv: {row['harbour']} has {row['height_m']} m. Here no water is above {highest} m.")
print("harbours.csv can be true")
