"""Students' text cells, made so that whoever renders them runs nothing of theirs.

formgrader and the feedback render text with nbconvert, which lets HTML through as it stands: a script in an essay would
run in the instructor's session, with everybody's grades in reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mistune.util import safe_entity
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import strip_files_prefix
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grader.i18n import _
from grader.sandbox.outputs import is_base64

type Attachments = dict[str, dict[str, str]]

#: Pictures that may be attached to a text cell. An SVG is none of them: it can hold a script.
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
#: Characters of a text, and of all texts of a notebook, that are looked at; others are shown as they were typed. The
#: time of the parser grows with the square of a text's length: 5 seconds for the worst text of this length.
_LONGEST_TEXT = 20_000
_ALL_TEXTS = 100_000
#: Characters of a piece of code, and of all code cells of a notebook, that are shown in colours: two seconds for the
#: worst piece of this length.
LONGEST_COLOURED, MOST_COLOURED = 4_000, 50_000
#: Code, in which "<" is but a character: fenced blocks, and spans within a line.
_CODE = re.compile(
    r"(?ms)^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\2(?!`)"
)
#: A fenced block: its fence, its language, and the rest.
_BLOCK = re.compile(r"(?ms)^( {0,3}(`{3,}|~{3,}))([^\n]*)(\n.*?(?:^ {0,3}\2[`~]*[ \t]*$|\Z))")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]*>)")
_INWARD_LINK = re.compile(r"(!?)\[([^\[\]\n]*)\]\((?!https?:|mailto:|#)")
_FENCES = re.compile(r"`{3,}")


class StudentsTexts:
    """Makes the text cells of one submission."""

    def __init__(self, authors: Iterable[str]) -> None:
        """``authors``: texts of the lab itself, in which HTML is the author's."""
        self._authors = frozenset(authors)
        self._left = _ALL_TEXTS

    def cell(self, source: str, attachments: Any) -> NotebookNode:
        pictures = _pictures(attachments)
        if source not in self._authors or "attachment:" in source:
            source = self._harmless(source, pictures)
        cell = new_markdown_cell(source)
        if pictures:
            cell["attachments"] = pictures
        return cell

    def raw(self, source: str) -> NotebookNode:
        """For a raw cell, which formgrader would show as HTML: without scripts, but with names of its own inputs."""
        return new_markdown_cell(_fenced(source))

    def _harmless(self, source: str, pictures: Attachments) -> str:
        if len(source) <= min(_LONGEST_TEXT, self._left):
            self._left -= len(source)
            source = _BLOCK.sub(_bounded, source)
            for attempt in (source, _without_html(source)):
                if is_harmless(attempt, pictures):
                    return attempt
        return _as_typed(source)


def is_harmless(source: str, pictures: Attachments) -> bool:
    """Whether nbconvert's usual rendering is also the one that lets no HTML and no doubtful link through."""
    usual = MarkdownWithMath(renderer=_Usual(escape=False, attachments=pictures))
    strict = MarkdownWithMath(renderer=_Strict(escape=True, allow_harmful_protocols=False, attachments=pictures))
    try:
        return bool(strip_files_prefix(usual.render(source)) == strict.render(source))
    except Exception:  # a text that can't be rendered would keep the whole page from being shown
        return False


def _bounded(block: re.Match[str]) -> str:
    """Long code without its language, so that nobody colours it."""
    return block[0] if len(block[4]) <= LONGEST_COLOURED else block[1] + block[4]


class _Usual(IPythonRenderer):  # type: ignore[misc]
    def block_code(self, code: str, info: str | None = None) -> str:
        if info and len(code) > LONGEST_COLOURED:
            raise ValueError  # in a list or a quotation, where _BLOCK does not look
        return str(super().block_code(code, info))


class _Strict(_Usual):
    """mistune's own safe mode, which knows what is HTML and which links are harmful, and what nbconvert adds to it."""

    def text(self, text: str) -> str:
        return str(safe_entity(text))  # as in the usual mode: "&amp;" is no HTML

    def block_mermaidjs(self, code: str) -> str:
        return str(super().block_mermaidjs(code.replace("<", "&lt;")))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        # Pages that were handed in beside the notebook are served by formgrader as its own.
        outward = url.startswith("#") or re.match(r"[A-Za-z]+:", url)
        return str(super().link(text, url if outward else "inward:", title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # Fetched without a click: from the web or the submission, but from no address of the server.
        inward = url.startswith("/") or ".." in url
        return str(super().image(text, "inward:" if inward else url, title))


def _without_html(source: str) -> str:
    """With its HTML and inward links as text, but for code."""
    parts, end = [], 0
    for code in _CODE.finditer(source):
        parts += [_plain(source[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, _plain(source[end:])])


def _plain(text: str) -> str:
    return _INWARD_LINK.sub(lambda link: f"{link[1]}[{link[2]}]&#40;", _TAG.sub("&lt;", text))


def _as_typed(source: str) -> str:
    note = _("Shown as it was typed: as Markdown it could do something in your browser.")
    return f"*{note}*\n\n{_fenced(source)}"


def _fenced(source: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in ["", *_FENCES.findall(source)]))
    return f"{fence}\n{source}\n{fence}"


def _pictures(attachments: Any) -> Attachments:
    """What is attached to a cell, if it is a picture and has the form that it should have."""
    if not isinstance(attachments, dict):
        return {}
    found = {name: _picture(data) for name, data in attachments.items() if isinstance(name, str)}
    return {name: data for name, data in found.items() if data}


def _picture(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    return {kind: text for kind, text in data.items() if kind in _PICTURES and text and is_base64(text)}
