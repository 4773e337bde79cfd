"""One thing an author should mend, said so that the next step is plain."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """``what`` is a sentence about ``where``; ``remedy`` says what to do or run next."""

    lab: str
    where: str
    what: str
    remedy: str = ""
    #: Text that helps to see it: a failure report, a cell's output.
    detail: str = ""

    def to_dict(self) -> dict[str, str]:
        return asdict(self)
