"""Translation of everything a person reads (gettext; catalogues in ``grader/locale``)."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

_LOCALE_DIR = Path(__file__).parent / "locale"


@cache
def _catalogue() -> gettext.NullTranslations:
    # The language comes from LANGUAGE, LC_ALL, LC_MESSAGES or LANG, as gettext(1) documents.
    return gettext.translation("drydock", localedir=_LOCALE_DIR, fallback=True)


def _(message: str) -> str:
    """Translate ``message``; the English text is the key."""
    return _catalogue().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message that depends on ``count``."""
    return _catalogue().ngettext(singular, plural, count)
