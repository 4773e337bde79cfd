"""What a course says of itself in ``course.toml``. Every entry may be left out; the file, too."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.course.labs import CourseError, find_course
from grader.i18n import _

if TYPE_CHECKING:
    from grader.course.lab_cards import LabCard

FILE = "course.toml"
_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_LABS = re.compile(r"(\d\d)-(\d\d)")


@dataclass(frozen=True)
class Pattern:
    """What each lab must have at least, for authors; ``exceptions``: a lab's name → why it is not so there."""

    predictions: int = 0
    own_values: int = 0
    hint_steps: int = 0
    exceptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """A part of the course that ends with a certificate: from lab ``first`` to ``last``, by the numbers in their names
    ("00", "05")."""

    title: str
    first: str
    last: str

    @property
    def name(self) -> str:
        """As one types it."""
        return self.title.casefold().replace(" ", "-")

    def holds(self, number: str) -> bool:
        return self.first <= number <= self.last


@dataclass(frozen=True)
class Settings:
    """``title`` stands above the index of the labs; "" for Drydock's own.

    ``images``: the names of those that a lab's daemon has, busybox besides; none for all of Drydock's own. ``ports``:
    what labs publish, for engines that must open them beforehand. ``languages``: of the release, of grading's reports
    and of feedback, the best first; none for what the environment asks for. ``stages``: parts of the course that end
    with a certificate, in their order. ``auto_checks``: whether checks that only look run by themselves while a lab is
    open.
    ``why_wrong``: whether a report that looks like that of a known wrong answer tells why that one is wrong.
    ``pattern``: what the author's proof asks of each lab.
    """

    title: str = ""
    images: tuple[str, ...] = ()
    ports: range = range(8080, 8100)
    languages: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    auto_checks: bool = True
    why_wrong: bool = True
    pattern: Pattern = Pattern()


def settings(start: Path | None = None) -> Settings:
    """Those of the course around ``start`` (default: the current folder); the defaults outside of any.

    Raises CourseError.
    """
    try:
        root = find_course(start).root
    except CourseError:
        return Settings()
    return settings_in(root)


def settings_in(root: Path) -> Settings:
    """Those of the course in this folder. Raises CourseError with what is wrong in the file."""
    path = root / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error
    unknown = sorted(set(content) - set(Settings.__dataclass_fields__))
    if unknown:
        known = ", ".join(Settings.__dataclass_fields__)
        raise _wrong(path, _("it knows {known}, not {names}").format(known=known, names=", ".join(unknown)))
    default = Settings()
    return Settings(
        title=_text(path, content.get("title", default.title)),
        images=_names(path, "images", content.get("images", []), r"[a-z0-9][a-z0-9._-]*"),
        ports=_ports(path, content["ports"]) if "ports" in content else default.ports,
        languages=_names(path, "languages", content.get("languages", []), _LANGUAGE.pattern),
        stages=_stages(path, content.get("stages", [])),
        auto_checks=_yes(path, "auto_checks", content.get("auto_checks", True)),
        why_wrong=_yes(path, "why_wrong", content.get("why_wrong", True)),
        pattern=_pattern(path, content.get("pattern", {})),
    )


def speak(found: Settings) -> None:
    """From now on what is made in this process is in the course's languages: it is for students, whoever makes it."""
    if found.languages:
        os.environ["LANGUAGE"] = ":".join(found.languages)


def _wrong(path: Path, why: str) -> CourseError:
    return CourseError(
        _("{path} can't be used: {why}.").format(path=path, why=why),
        _("Mend that line, or remove it: every line may be left out."),
    )


def _text(path: Path, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(path, _("title must be a text"))
    return value.strip()


def _yes(path: Path, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, _("{key} must be true or false, not {value!r}").format(key=key, value=value))
    return value


def _names(path: Path, key: str, value: Any, form: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and re.fullmatch(form, name) for name in value):
        raise _wrong(path, _("{key} must be a list of names, not {value!r}").format(key=key, value=value))
    return tuple(value)


def _ports(path: Path, value: Any) -> range:
    found = _PORTS.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 1024 <= int(found[1]) <= int(found[2]) <= 65535:
        raise _wrong(path, _('ports must be like "8080-8099", from 1024 to 65535, not {value!r}').format(value=value))
    return range(int(found[1]), int(found[2]) + 1)


def _stages(path: Path, value: Any) -> tuple[Stage, ...]:
    wrong = _wrong(path, _('each of the stages must have a title and labs like "00-05", each lab in one stage'))
    stages: list[Stage] = []
    for entry in value if isinstance(value, list) else [None]:
        labs = _LABS.fullmatch(str(entry.get("labs"))) if isinstance(entry, dict) and len(entry) == 2 else None
        title = entry.get("title") if isinstance(entry, dict) else None
        if labs is None or not isinstance(title, str) or not title.strip() or labs[1] > labs[2]:
            raise wrong
        if stages and labs[1] <= stages[-1].last:
            raise wrong
        stages.append(Stage(title.strip(), labs[1], labs[2]))
    return tuple(stages)


def _pattern(path: Path, value: Any) -> Pattern:
    wrong = _wrong(path, _("pattern must have whole numbers, and exceptions with a lab's name and a reason each"))
    if not isinstance(value, dict) or set(value) - set(Pattern.__dataclass_fields__):
        raise wrong
    exceptions, numbers = value.get("exceptions", {}), {key: n for key, n in value.items() if key != "exceptions"}
    if not isinstance(exceptions, dict) or not all(isinstance(why, str) and why.strip() for why in exceptions.values()):
        raise wrong
    if not all(type(number) is int and number >= 0 for number in numbers.values()):
        raise wrong
    return Pattern(**numbers, exceptions=exceptions)


def by_stage(cards: Sequence[LabCard], stages: Sequence[Stage]) -> Iterator[tuple[Stage | None, list[LabCard]]]:
    """The labs of each stage that has some, then those of none; in a course without stages all labs at once."""
    for stage in stages:
        if held := [card for card in cards if stage.holds(card.number)]:
            yield stage, held
    if rest := [card for card in cards if not any(stage.holds(card.number) for stage in stages)]:
        yield None, rest
