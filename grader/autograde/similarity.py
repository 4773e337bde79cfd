"""Which submissions of a lab are alike, for a person who then reads both: evidence, never a verdict, and no mark.

Compared are the words of what students wrote: ``docker run --name web``, ``["docker", "run", "--name", "web"]`` and the
same over several lines are one answer, whatever quotes, options' dashes and white space do. So one lexer for shell,
Python and texts, and one that no text can break. Runs of three words in a line count, each by how few have it (tf-idf):
what the lab itself says counts nothing, what nearly all wrote next to nothing.

The strongest evidence is a value that was drawn for somebody else. All drawn values are taken for one word each when
texts are compared, so that two copies of one text are alike whosever values stand in them.

Why no library (looked at in November 2026): compare50 is GPL 3 and wants attrs below 21, which Jupyter can't live with;
copydetect (MIT, beta, of March 2024) brings matplotlib and has no weights for what is common. Neither knows notebooks,
releases or values. rapidfuzz compares two strings, datasketch finds near-duplicates among millions: 300 submissions are
45,000 pairs, which are compared exactly, in a second or two.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import combinations
from statistics import quantiles
from typing import Any

from grader.report.plain import one_line
from grader.values import BadDeclaration, Declaration, StudentKey
from grader.values.asked import asked_for, planted_in

#: Letters and digits only: a value is a word of its own in ``ship_avocet``, too, as Declaration has it.
_WORD = re.compile(r"[^\W_]+")
_RUN = 3
#: Characters of one submission that are compared: ten times what the longest solution of this course has.
MOST_CHARACTERS = 65_000
#: A shorter value stands in a text by chance, and one that so many students have points at nobody.
_SHORTEST, _MOST_OWNERS = 4, 3
#: So many runs of words that nobody else has are taken off for being little text: who has all in common but wrote what
#: everybody writes is not alike.
_LITTLE = 5
_LINES = 5
_LONGEST_LINE = 160

type Words = tuple[str, ...]


@dataclass(frozen=True)
class Foreign:
    """``value``, which stands in ``holder``'s answer, is the value called ``name`` of ``owner``, and not theirs."""

    holder: str
    owner: str
    cell: str
    name: str
    value: str


@dataclass(frozen=True)
class Pair:
    """Two students. ``similarity``: from 0 to 1; ``lines``: what both wrote and few others, with its cell."""

    students: tuple[str, str]
    similarity: float
    foreign: tuple[Foreign, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**asdict(self), "similarity": round(self.similarity, 3)}


@dataclass(frozen=True)
class Likeness:
    """``half`` and ``most``: the similarity that half of all pairs, and 99 of 100, don't go beyond."""

    compared: int
    half: float
    most: float
    pairs: tuple[Pair, ...]


class Drawn:
    """The values of a class, by the words they are made of."""

    def __init__(self, sources: Iterable[str], keys: Mapping[str, StudentKey], lab_texts: Iterable[str] = ()) -> None:
        """``sources``: the lab's cells that ask; ``lab_texts``: what stands in them is known to everybody."""
        self._owners: defaultdict[Words, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._own: defaultdict[str, dict[Words, str]] = defaultdict(dict)
        self._texts: dict[Words, str] = {}
        for declaration in _declarations(sources):
            for student, key in keys.items():
                text = str(declaration.value(key))
                words = _words(text)
                self._texts[words] = text
                self._owners[words][declaration.name].add(student)
                self._own[student][words] = declaration.name
        self._longest = max(map(len, self._owners), default=0)
        self._known = {words for text in lab_texts for words in self._runs(_words(text)) if words in self._owners}

    def _runs(self, words: Words) -> Iterator[Words]:
        for at in range(len(words)):
            yield from (words[at : at + length] for length in range(1, self._longest + 1))

    def named(self, student: str, words: Words) -> tuple[Words, list[Words]]:
        """The words with each drawn value's name in its place; and the values that were not drawn for ``student``."""
        own, named, foreign, at = self._own[student], [], [], 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                found = words[at : at + length]
                if found in self._owners:
                    named.append(f"‹{own.get(found) or next(iter(self._owners[found]))}›")
                    if found not in own:
                        foreign.append(found)
                    at += length
                    break
            else:
                named.append(words[at])
                at += 1
        return tuple(named), foreign

    def text(self, value: Words) -> str:
        """As it was drawn."""
        return self._texts[value]

    def owners(self, value: Words) -> dict[str, list[str]]:
        """Name → whose value it is, where that says something: it is none of few, short or told by the lab."""
        if value in self._known or len(self._texts[value]) < _SHORTEST:
            return {}
        return {name: sorted(who) for name, who in self._owners[value].items() if len(who) <= _MOST_OWNERS}


def _declarations(sources: Iterable[str]) -> Iterator[Declaration]:
    """What the lab draws for students to write: neither which fault is planted, nor an order, which is many words."""
    asked: dict[str, Declaration] = {}
    planted: set[str] = set()
    for source in sources:
        # Where a declaration is wrong, the check itself has said so.
        with suppress(BadDeclaration):
            planted |= {declaration.name for declaration in planted_in(source)}
            asked.update((declaration.name, declaration) for declaration in asked_for(source))
    return (one for name, one in asked.items() if name not in planted and not one.order)


def _words(text: str) -> Words:
    return tuple(_WORD.findall(text))


def _shingles(words: Words) -> set[Words]:
    return {words[at : at + _RUN] for at in range(max(1, len(words) - _RUN + 1))} if words else set()


def _lines(text: str) -> list[str]:
    return re.sub(r"\\\n", " ", text).splitlines()


@dataclass
class _Written:
    """What one student wrote: each line with its cell and its runs of words that the lab doesn't have."""

    lines: list[tuple[str, str, set[Words]]] = field(default_factory=list)
    foreign: list[tuple[str, Words]] = field(default_factory=list)

    @property
    def shingles(self) -> frozenset[Words]:
        return frozenset().union(*(runs for _cell, _line, runs in self.lines))


def likeness(
    answers: Mapping[str, Mapping[str, str]], lab_texts: Collection[str], drawn: Drawn, most: int = 20
) -> Likeness:
    """The ``most`` remarkable pairs among ``answers`` (student → cell → text): those with another's value first."""
    given = {run for text in lab_texts for line in _lines(text) for run in _shingles(drawn.named("", _words(line))[0])}
    written = {student: _read(student, cells, given, drawn) for student, cells in answers.items()}
    runs = {student: one.shingles for student, one in written.items()}
    having = Counter(run for mine in runs.values() for run in mine)
    weights = {run: math.log2((len(runs) + 1) / n) ** 2 for run, n in having.items()}
    little = _LITTLE * math.log2(len(runs) + 1) ** 2
    size = {student: math.sqrt(little + sum(map(weights.__getitem__, mine))) for student, mine in runs.items()}
    # Small numbers in the place of words: all pairs of a large class meet here.
    numbers = {run: number for number, run in enumerate(run for run, n in having.items() if n > 1)}
    worth = [weights[run] for run in numbers]
    shared = {student: {numbers[run] for run in mine if run in numbers} for student, mine in runs.items()}
    similar = {
        (one, other): sum(map(worth.__getitem__, shared[one] & shared[other])) / (size[one] * size[other])
        for one, other in combinations(sorted(runs), 2)
    }
    foreign = _foreign(written, drawn)
    # A value may be that of somebody who handed nothing in.
    ranked = sorted({*similar, *foreign}, key=lambda pair: (-len(foreign.get(pair, ())), -similar.get(pair, 0.0), pair))
    pairs = [
        Pair(pair, similar.get(pair, 0.0), tuple(foreign.get(pair, ())), _alike(pair, written, runs, weights))
        for pair in ranked[:most]
        if pair in foreign or similar[pair] > 0
    ]
    values = [*similar.values()]
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else (values or [0.0]) * 99
    return Likeness(len(runs), cuts[49], cuts[98], tuple(pairs))


def _read(student: str, cells: Mapping[str, str], given: AbstractSet[Words], drawn: Drawn) -> _Written:
    written = _Written()
    for cell, text in cells.items():
        for line in _lines(text):
            words, foreign = drawn.named(student, _words(line))
            written.lines.append((cell, line, _shingles(words) - given))
            written.foreign += [(cell, value) for value in foreign]
    return written


def _foreign(written: Mapping[str, _Written], drawn: Drawn) -> dict[tuple[str, str], list[Foreign]]:
    found: defaultdict[tuple[str, str], list[Foreign]] = defaultdict(list)
    for holder, one in written.items():
        for cell, value in dict.fromkeys(one.foreign):
            for name, owners in drawn.owners(value).items():
                for owner in owners:
                    first, second = sorted((holder, owner))
                    found[first, second].append(Foreign(holder, owner, cell, name, drawn.text(value)))
    return dict(found)


def _alike(
    pair: tuple[str, str],
    written: Mapping[str, _Written],
    runs: Mapping[str, frozenset[Words]],
    weights: Mapping[Words, float],
) -> tuple[tuple[str, str], ...]:
    """The first one's lines that the other one has, too, what fewest have first."""
    if not set(pair) <= set(runs):
        return ()
    first, second = pair
    worth: dict[tuple[str, str], float] = {}
    for cell, line, mine in written[first].lines:
        if both := mine & runs[second]:
            worth[cell, one_line(line.strip(), _LONGEST_LINE)] = sum(map(weights.__getitem__, both))
    return tuple(sorted(worth, key=lambda line: (-worth[line], line))[:_LINES])
