"""Another value for one word of a command, an instruction or a file: a port, a name, a limit, a path, a tag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.author.mutants.change import Change, Operator

#: The course's images that every lab has; each stands for another one.
_OTHER_IMAGE = {"drydock/busybox:1": "drydock/python:3"}
_COURSE_IMAGE = re.compile(r"drydock/[\w-]+:[\w.-]+")
_PORTS = re.compile(r"(?P<host>(?:[\d.]+:)?)(?P<outer>\d+|\{\w+\}|\$\w+):(?P<inner>\d+)(?P<rest>/\w+)?")
_MOUNT = re.compile(r"(?P<source>[^:]+):(?P<target>/[^:]*)(?P<options>:[\w,]+)?")
_PAIR = re.compile(r"(?P<key>[\w.-]+)=(?P<value>.*)", re.DOTALL)
_NUMBER = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[a-zA-Z%]*)")
_REFERENCE = re.compile(r"(?P<name>[\w./-]*(?::\d+/)?[\w./-]+):(?P<tag>[\w.{}$-]+)")
_PLAIN = re.compile(r"[\w./@:?&=%+~$\{\}-]+")
#: A value that only the shell knows, or that a program writes by a template.
_COMPUTED = re.compile(r"\$\(|`|\{\{|\$\{\{")
_SUFFIX = "-x"


def changes(word: str, *, at: int = 0) -> Iterator[Change]:
    """Other values for ``word``, which stands at ``at``, as it was typed: with its quotes."""
    quote = word[:1] if word[:1] in ("'", '"') and len(word) > 2 and word[-1] == word[0] else ""
    inner = word[len(quote) : len(word) - len(quote)]
    if _COMPUTED.search(inner) or not re.search(r"\w", inner) or inner in ("-", "."):
        return
    for operator, other in _others(inner):
        what = f"{inner} → {other}" if len(inner) < 40 else f"…{inner[-20:]} → …{other[-22:]}"
        yield Change(operator, at, at + len(word), f"{quote}{other}{quote}", " ".join(what.split()))


def _others(word: str) -> Iterator[tuple[Operator, str]]:
    if _COURSE_IMAGE.fullmatch(word):
        yield Operator.IMAGE, _OTHER_IMAGE.get(word, "drydock/busybox:1")
        return
    if ports := _PORTS.fullmatch(word):
        yield from ((Operator.VALUE, other) for other in _other_ports(ports))
        return
    if "://" not in word and (mount := _MOUNT.fullmatch(word)):
        yield from ((Operator.VALUE, other) for other in _other_mounts(mount))
        return
    if pair := _PAIR.fullmatch(word):
        for operator, other in _others(pair["value"]):
            yield operator, f"{pair['key']}={other}"
        return
    if "," in word and _PLAIN.fullmatch(word.replace(",", "")):
        yield from ((Operator.VALUE, other) for other in _without_parts(word))
        return
    yield from ((Operator.VALUE, other) for other in _other_words(word))


def _other_ports(ports: re.Match[str]) -> Iterator[str]:
    host, outer, inner, rest = ports["host"], ports["outer"], ports["inner"], ports["rest"] or ""
    if outer.isdigit():
        yield f"{host}{_other_number(outer)}:{inner}{rest}"
    yield f"{host}{outer}:{int(inner) + 1}{rest}"


def _other_mounts(mount: re.Match[str]) -> Iterator[str]:
    source, target, options = mount["source"], mount["target"], mount["options"] or ""
    yield f"{source}:{target}" if options else f"{source}:{target}:ro"
    yield f"{source}:{target.rstrip('/')}{_SUFFIX}{options}"
    yield f"{source.rstrip('/')}{_SUFFIX}:{target}{options}"


def _without_parts(word: str) -> Iterator[str]:
    parts = word.split(",")
    for number in range(len(parts)):
        yield ",".join(parts[:number] + parts[number + 1 :])


def _other_words(word: str) -> Iterator[str]:
    if number := _NUMBER.fullmatch(word):
        yield f"{_other_number(number['number'], number['unit'])}{number['unit']}"
    elif (reference := _REFERENCE.fullmatch(word)) and "://" not in word:
        tag = reference["tag"]
        yield f"{reference['name']}:{_other_number(tag) if tag.isdigit() else tag + _SUFFIX}"
    elif _PLAIN.fullmatch(word):
        yield f"{word.rstrip('/')}{_SUFFIX}"
    elif last := re.search(r"\w+(?=\W*$)", word):
        # Some text: its last word.
        yield f"{word[: last.end()]}{_SUFFIX}{word[last.end() :]}"


def _other_number(number: str, unit: str = "") -> str:
    """Doubled where it has a unit, else the next one; a port far enough from those that a lab publishes."""
    if "." in number:
        return str(float(number) * 2)
    if unit:
        return str(int(number) * 2 or 1)
    return str(int(number) + (1000 if int(number) > 1023 else 1))
