"""Makes the tide page: python3 page.py [-v] TABLE PAGE"""

import os
import sys
from pathlib import Path

arguments = sys.argv[1:]
verbose = "-v" in arguments
table, page = [word for word in arguments if word != "-v"]

heights = []
for number, line in enumerate(Path(table).read_text(encoding="utf-8").splitlines(), start=1):
    if verbose:
        print(f"line {number}: {line}", flush=True)
    try:
        hour, height = line.split(";")
        heights.append(float(height))
    except ValueError:
        sys.exit("a line of the table can't be read")

text = f"Tides of {os.environ['HARBOUR']}: {len(heights)} readings, {sum(heights):.1f} m in all\n"
Path(page).write_text(text, encoding="utf-8")
