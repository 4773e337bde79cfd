"""A file that a solution writes, changed in one place: a Dockerfile, YAML, JSON, or lines of some other kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from grader.author.mutants import words
from grader.author.mutants.change import Change, Operator, swap

_INSTRUCTION = re.compile(r"(?P<name>[A-Z]+)[ \t]+(?P<rest>.*)", re.DOTALL)
_OTHER_INSTRUCTION = {"ENTRYPOINT": "CMD", "CMD": "ENTRYPOINT", "ARG": "ENV"}
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s\[\],\"'\\]+")
_KEY = re.compile(r"(?P<indent> *)(?P<dash>- )?(?P<key>[\w./-]+:(?=\s|$) *)?(?P<value>.*)")


#: How a script in a Dockerfile is changed; ``shell.py`` knows, and uses this module for files that scripts write.
Script = Callable[[str], Iterator[Change]]


def changes(text: str, script: Script) -> Iterator[Change]:
    """Every change of a file with this text, by what it looks like."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and re.match(r"(FROM|ARG)\s", lines[0]):
        yield from _dockerfile(text, script)
    elif text.lstrip().startswith(("{", "[")) and (value := _read_json(text)) is not None:
        yield from _json(text, value)
    elif any(re.match(r"[\w-]+:(\s|$)", line) for line in lines):
        yield from _yaml(text)
    else:
        yield from _lines(text)


# -- Dockerfiles


def _dockerfile(text: str, script: Script) -> Iterator[Change]:
    spans = list(_instructions(text))
    for start, end in spans:
        match = _INSTRUCTION.match(text[start:end])
        if match is None:
            continue
        name, at = match["name"], start + match.start("rest")
        if name != "FROM":
            whole = end + (1 if text[end : end + 1] == "\n" else 0)
            yield Change(Operator.INSTRUCTION, start, whole, "", f"without {name}")
        if other := _OTHER_INSTRUCTION.get(name):
            yield Change(Operator.VERB, start, start + len(name), other, f"{name} → {other}")
        yield from (change.moved(at) for change in _arguments(name, match["rest"], script))
    for first, second in pairwise(spans):
        names = [text[start:end].split(None, 1)[0] for start, end in (first, second)]
        if "FROM" not in names:
            yield swap(text, first, second, " and ".join(names))


def _instructions(text: str) -> Iterator[tuple[int, int]]:
    """Where each instruction stands, with its continuation lines and here-documents."""
    start, at, until = 0, 0, ""
    fresh = True
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        if fresh and (not bare.strip() or bare.lstrip().startswith("#")):
            at += len(line)
            continue
        if fresh:
            start = at
            here = re.search(r"<<-?['\"]?(\w+)", bare)
            until = here[1] if here else ""
        at += len(line)
        fresh = bare.strip() == until if until else not bare.endswith("\\")
        if until and fresh:
            until = ""
        if fresh:
            yield start, at - (len(line) - len(bare))
    if not fresh:
        yield start, len(text)


def _arguments(name: str, rest: str, script: Script) -> Iterator[Change]:
    options = re.match(r"(--[\w-]+=\S+\s+)*", rest)
    begin = options.end() if options else 0
    for option in re.finditer(r"--([\w-]+)=(\S+)\s+", rest[:begin]):
        yield Change(Operator.OPTION, option.start(), option.end(), "", f"drop --{option[1]}")
        yield from words.changes(option[2], at=option.start(2))
    body = rest[begin:]
    if name in ("CMD", "ENTRYPOINT", "RUN", "SHELL") and body.startswith("["):
        if (parts := _read_json(body)) and name != "SHELL":
            plain = " ".join(str(part) for part in parts)
            yield Change(Operator.VERB, begin, len(rest), plain, f"{name} in shell form")
    elif name in ("RUN", "CMD", "ENTRYPOINT") or (name == "HEALTHCHECK" and body.startswith("CMD ")):
        if name == "HEALTHCHECK":
            begin, body = begin + 4, body[4:]

        yield from (change.moved(begin) for change in script(body))
        return
    for word in _WORD.finditer(body):
        if not (name == "FROM" and word[0].lower() == "as") and not word[0].startswith("--"):
            yield from words.changes(word[0], at=begin + word.start())


# -- YAML, by its indentation


def _yaml(text: str) -> Iterator[Change]:
    at = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = _KEY.match(line.rstrip("\n"))
        if match is not None and line.strip() and not line.lstrip().startswith("#"):
            depth = len(match["indent"]) + (1 if match["dash"] else 0)
            block = len(line)
            for further in lines[number + 1 :]:
                if further.strip() and len(further) - len(further.lstrip(" ")) < depth + (0 if match["dash"] else 1):
                    break
                block += len(further)
            if block < len(text):
                what = line.strip() if len(line.strip()) < 40 else f"{line.strip()[:38]}…"
                yield Change(Operator.LINE, at, at + block, "", f"without {what}")
            if match["value"].strip() and match["value"][0] not in "|>&*[{":
                yield from words.changes(match["value"].rstrip(), at=at + match.start("value"))
            elif match["value"].startswith(("[", "{")):
                for word in _WORD.finditer(match["value"]):
                    yield from words.changes(word[0], at=at + match.start("value") + word.start())
        at += len(line)


# -- JSON


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _json(text: str, value: Any) -> Iterator[Change]:
    """Without each of its members, written anew: so it stays JSON."""
    for path in _paths(value):
        yield Change(Operator.LINE, 0, len(text), f"{_without(value, path)}\n", f"without {'.'.join(map(str, path))}")
    for word in re.finditer(r"(?<=[:\[,])\s*(\"[^\"]*\"|[\d.]+|true|false)(?!\s*:)", text):
        if word[1] in ("true", "false"):
            other = "false" if word[1] == "true" else "true"
            yield Change(Operator.VALUE, word.start(1), word.end(1), other, f"{word[1]} → {other}")
        else:
            yield from words.changes(word[1], at=word.start(1))


def _paths(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield (*before, key)
        yield from _paths(inner, (*before, key))


def _without(value: Any, path: tuple[str | int, ...]) -> str:
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return json.dumps(copy, indent=2)


# -- lines of some other kind


def _lines(text: str) -> Iterator[Change]:
    at = 0
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            if len(line) < len(text):
                yield Change(Operator.LINE, at, at + len(line), "", f"without {bare[:40]}")
            yield from words.changes(bare, at=at + line.index(bare))
        at += len(line)
