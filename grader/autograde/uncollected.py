"""Who has handed in a lab by nbgrader's exchange, collected or not: nobody of them is to be called absent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default.exchange import Exchange
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, JSONFileConfigLoader, PyFileConfigLoader

from grader.autograde.settings import CONFIG_FILE
from grader.errors import ExpectedError
from grader.i18n import _


class UnreadableExchange(ExpectedError):
    """There is an exchange, and this account may not look into it."""


def in_exchange(config: Config, lab: str) -> frozenset[str]:
    """The students of whom the exchange has ``lab`` (its whole name). Raises UnreadableExchange."""
    known = _as_nbgrader_has_it(config)
    course = str(CourseDirectory(config=known).course_id)
    inbound = Path(str(Exchange(config=known).root), course, "inbound")
    if not course:
        # nbgrader collects nothing for a course without a name.
        return frozenset()
    try:
        # name+assignment+time+random, and a name may have a + in it: nbgrader's own rule.
        entries = [path.name.rsplit("+", 3) for path in inbound.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError as error:
        raise UnreadableExchange(
            _("The exchange can't be read, so nobody knows who handed in there: {folder}: {why}.").format(
                folder=inbound, why=error.strerror
            ),
            f"ls -ld '{inbound}'",
        ) from error
    return frozenset(parts[0] for parts in entries if len(parts) >= 3 and parts[1] == lab)


def not_collected(lab: str) -> str:
    """What is said of such a student's mark."""
    return _("handed in, not collected: nbgrader collect {lab}").format(lab=lab)


def _as_nbgrader_has_it(config: Config) -> Config:
    """With what Jupyter's folders of settings say to nbgrader, as a class server's does; the course's own counts."""
    known = Config()
    for folder in reversed(jupyter_config_path()):
        for loader in (PyFileConfigLoader, JSONFileConfigLoader):
            name = CONFIG_FILE if loader is PyFileConfigLoader else Path(CONFIG_FILE).with_suffix(".json").name
            with suppress(ConfigFileNotFound):
                known.merge(loader(name, path=folder).load_config())
    known.merge(config)
    return known
