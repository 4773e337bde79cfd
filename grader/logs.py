"""Loggers for what logs on its own: one that keeps what is said, and one that lets it go."""

from __future__ import annotations

import logging

#: For whoever tells in another way what an instructor reads in the log.
SILENT = logging.Logger("drydock.silent")
SILENT.addHandler(logging.NullHandler())


class CaughtLog(logging.Handler):
    """What nbgrader logs through ``logger``; its exceptions only say that there was an error."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        #: Level and text of each record.
        self.lines: list[str] = []
        self._errors: list[str] = []
        self.logger = logging.Logger("drydock.caught", logging.INFO)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)  # with the traceback, if there is one
        self.lines.append(f"{record.levelname} {text}")
        if record.levelno >= logging.ERROR:
            self._errors.append(text)

    def first_error(self) -> str:
        """The first line of the exception in the first traceback; without any, the last line of the first error."""
        for text in self._errors:
            _above, found, below = text.rpartition("Traceback (most recent call last):\n")
            # Frames are indented, and what stands below that line says less: SQLAlchemy's statement and an address.
            if said := [line for line in below.splitlines() if found and line and not line[0].isspace()]:
                return said[0]
        return self._errors[0].strip().splitlines()[-1] if self._errors else ""
