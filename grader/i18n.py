"""Translation of everything a person reads (gettext; catalogues in ``grader/locale``)."""

from __future__ import annotations

import gettext
import os
from functools import cache
from itertools import takewhile
from pathlib import Path

_LOCALE_DIR = Path(__file__).parent / "locale"
#: The texts are written in English: who asks for it before another language wants no catalogue.
_SOURCE = ("en", "C", "POSIX")


def _languages() -> tuple[str, ...]:
    """Those asked for, as gettext(1) documents: by LANGUAGE, LC_ALL, LC_MESSAGES or LANG."""
    asked = next(filter(None, map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return tuple(takewhile(lambda name: not name.startswith(_SOURCE), filter(None, asked.split(":"))))


@cache
def _catalogue(languages: tuple[str, ...]) -> gettext.NullTranslations:
    return gettext.translation("drydock", localedir=_LOCALE_DIR, languages=languages, fallback=True)


def _(message: str) -> str:
    """Translate ``message``; the English text is the key."""
    return _catalogue(_languages()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message that depends on ``count``."""
    return _catalogue(_languages()).ngettext(singular, plural, count)
