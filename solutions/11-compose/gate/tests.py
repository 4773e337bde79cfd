"""The harbour master's tests of the fares. Exit code 0: all is well."""

import sys
from pathlib import Path

from fares import fare

WANTED = {("adult", 3): 8, ("adult", 40): 40, ("child", 3): 4, ("child", 1): 0, ("dog", 12): 10}

wrong = [
    f"{who}, {miles} miles: {fare(who, miles)} instead of {price}"
    for (who, miles), price in WANTED.items()
    if fare(who, miles) != price
]
print("\n".join(wrong) or "All fares are right.")
with Path("/report/report").open("a") as report:
    report.write(f"wrong: {len(wrong)}\n" if wrong else "right\n")
sys.exit(1 if wrong else 0)
