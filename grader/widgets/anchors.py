"""Headings that links find in JupyterLab, too.

A link to "Base image" is written ``#base-image``, as GitHub and most others name it; JupyterLab's own name for that
heading is ``Base-image``, and case counts.
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$")


def anchor_of(heading: str) -> str:
    """As GitHub makes it: lower case, without punctuation, spaces as hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def with_anchors(markdown: str) -> str:
    """The same text, with an anchor in each heading."""
    lines = []
    in_code = False
    for line in markdown.splitlines():
        in_code ^= line.lstrip().startswith("```")
        heading = None if in_code else _HEADING.match(line)
        lines.append(f'{heading[1]} <a id="{anchor_of(heading[2])}"></a>{heading[2]}' if heading else line)
    return "\n".join(lines) + "\n"
