"""Draws what Prometheus answers to query_range: one line for each ship."""

import json
from html import escape

from IPython.display import SVG

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#7b5ea7", "#8a6d00", "#555555"]
DASHES = ["none", "8 4", "2 3", "10 3 2 3", "4 4", "1 5"]


def draw(answer):
    """A chart of the answer, a text in JSON."""
    series = json.loads(answer)["data"]["result"]
    times = [float(time) for one in series for time, _number in one["values"]]
    most = max((float(number) for one in series for _time, number in one["values"]), default=0) or 1
    first, length = min(times, default=0), (max(times, default=1) - min(times, default=0)) or 1
    parts = []
    for place, one in enumerate(sorted(series, key=lambda one: one["metric"].get("ship", ""))):
        points = [
            f"{60 + 460 * (float(time) - first) / length:.1f},{190 - 160 * float(number) / most:.1f}"
            for time, number in one["values"]
        ]
        style = f'stroke="{COLOURS[place % 6]}" stroke-width="2.5" stroke-dasharray="{DASHES[place % 6]}"'
        height, name = 40 + 24 * place, escape(one["metric"].get("ship", "?"))
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" {style}/><path d="M540 {height}H570" {style}/>'
        )
        # A single point makes no line.
        x, y = points[-1].split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{COLOURS[place % 6]}"/>')
        parts.append(f'<text x="578" y="{height + 5}">{name}</text>')
    return SVG(f"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 215" width="720" role="img" font-family="sans-serif"
     font-size="13" fill="#1d2b36">
<title>Bytes that each ship has sent, over time</title>
<rect width="720" height="215" rx="8" fill="#f6f9fb"/>
<path d="M60 190H520M60 30V190" fill="none" stroke="#3d5a73"/>
<text x="10" y="22">{most:,.0f} bytes per second</text>
<text x="380" y="208">the last {length:.0f} s</text>
{"".join(parts)}
</svg>""")
