"""Make signals.txt, the page about signal flags, from signals.csv."""

import csv
from pathlib import Path

with Path("signals.csv").open(newline="") as lines:
    rows = sorted((row["flag"], row["meaning"]) for row in csv.DictReader(lines))
Path("signals.txt").write_text("".join(f"{flag}  {meaning}\n" for flag, meaning in rows) + f"{len(rows)} signals\n")
