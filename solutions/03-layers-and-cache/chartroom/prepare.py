"""Make depths.json, a grid of depths, from the soundings that the survey ship took.

This takes a while, and its result changes only when soundings.csv or this program changes.
"""

import csv
import json
from pathlib import Path

SIDE = 60


def depth_at(x: int, y: int, soundings: list[tuple[float, float, float]]) -> float:
    """Depth in metres: the soundings' mean, the near ones weighing more (inverse square of the distance)."""
    weights = [(1 / ((x - sx) ** 2 + (y - sy) ** 2 + 0.01), depth) for sx, sy, depth in soundings]
    return round(sum(weight * depth for weight, depth in weights) / sum(weight for weight, _depth in weights), 1)


def main() -> None:
    """Read, compute, write."""
    with Path("soundings.csv").open(newline="") as lines:
        soundings = [(float(row["x"]), float(row["y"]), float(row["depth_m"])) for row in csv.DictReader(lines)]
    grid = [[depth_at(x, y, soundings) for x in range(SIDE)] for y in range(SIDE)]
    Path("depths.json").write_text(json.dumps(grid))
    print(f"{SIDE * SIDE} depths from {len(soundings)} soundings")


if __name__ == "__main__":
    main()
