"""An HTML page of its own, for a browser: to look a word up, or to print."""

from __future__ import annotations

from html import escape


def document(title: str, body: str, *, style: str, schemes: str = "light") -> str:
    """``body`` is HTML. ``schemes``: the colour schemes that it is legible in; what is printed knows only light."""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="{schemes}">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )
