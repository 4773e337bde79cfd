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
        """The last line of the first error with a traceback, which is the exception itself; else of the first."""
        errors = [text for text in self._errors if "Traceback" in text] or self._errors
        return errors[0].strip().splitlines()[-1] if errors else ""
