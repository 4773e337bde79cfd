"""What a machine shows before it grades: the same Drydock, images, engine and Docker, and a container that ran.

So that a grade does not depend on the machine on which it was made.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Self

import grader
from grader import images
from grader.autograde.settings import Drydock
from grader.engines import engine_class, releases
from grader.i18n import _


@cache
def this_drydock() -> str:
    """Version and digest of the code: two checkouts with one version may differ."""
    folder = Path(grader.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return f"{grader.__version__} ({digest.hexdigest()[:12]})"


@dataclass(frozen=True)
class Proof:
    """What a worker is. ``images``: each course image's name and digest, those that the lab declares among them."""

    drydock: str
    engine: str
    docker: str
    images: tuple[tuple[str, str], ...]

    def difference(self, other: Proof) -> str:
        """One sentence on why grades of ``other`` might not be ours; empty where they are the same."""
        pairs = (
            (_("Drydock"), self.drydock, other.drydock),
            (_("engine"), self.engine, other.engine),
            (_("Docker"), self.docker, other.docker),
            *self._of_images(other),
        )
        for what, wanted, found in pairs:
            if wanted != found:
                return _("it has {what} {found}, and the others have {wanted}.").format(
                    what=what, found=found, wanted=wanted
                )
        return ""

    def _of_images(self, other: Proof) -> list[tuple[str, str, str]]:
        mine, theirs = dict(self.images), dict(other.images)
        return [(name, mine.get(name, "-"), theirs.get(name, "-")) for name in sorted({*mine, *theirs})]


@dataclass(frozen=True)
class Terms:
    """What a worker must fulfil. ``engine``: "" for the best it has; ``docker``: the release asked for, or "";
    ``images``: those that the lab declares; ``wanted``: as what it must prove itself, once that is known."""

    engine: str = ""
    trust: bool = False
    docker: str = ""
    images: tuple[str, ...] = ()
    drydock: str = ""
    wanted: Proof | None = None

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        found = json.loads(text)
        wanted = found["wanted"] and proof_of(found["wanted"])
        return cls(**{**found, "images": tuple(found["images"]), "wanted": wanted})

    def objection(self, proof: Proof) -> str:
        """One sentence on why this worker gets no work; empty where it does."""
        if self.drydock != proof.drydock:
            return _("it has Drydock {found}, and this machine has {wanted}.").format(
                found=proof.drydock, wanted=self.drydock
            )
        return self.wanted.difference(proof) if self.wanted else ""


def proof_of(values: dict[str, object]) -> Proof:
    """From JSON data."""
    pairs = values["images"]
    assert isinstance(pairs, list | tuple)
    made = tuple((str(name), str(digest)) for name, digest in pairs)
    return Proof(str(values["drydock"]), str(values["engine"]), str(values["docker"]), made)


def prove(terms: Terms) -> Proof:
    """What this machine is, shown on an engine that a container has run on.

    Raises EngineError, ImagesError, NoWalls.
    """
    settings = Drydock(engine=terms.engine, i_trust_these_students=terms.trust)
    with releases.using(terms.docker or releases.said()):
        kind = settings.engine_kind()
        made = images.ensure(more=terms.images).images
        engine = engine_class(kind).for_strangers(limits=settings.limits())
        engine.more_images = terms.images
        with engine:
            docker = str(engine.endpoint.client().version()["Version"])
    return Proof(this_drydock(), kind, docker, tuple(sorted((image.reference, image.digest) for image in made)))
