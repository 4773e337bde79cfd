"""Choosing an engine: by name, or the best that works on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from grader.engines.protocol import Engine, EngineError, Limits, Probe
from grader.i18n import _

#: Best first. `host` has no walls and is never chosen unasked.
_CLASSES = {
    "native": ("grader.engines.native", "NativeEngine"),
    "rootless": ("grader.engines.rootless", "RootlessEngine"),
    "microvm": ("grader.engines.microvm.engine", "MicrovmEngine"),
    "dind": ("grader.engines.dind", "DindEngine"),
    "host": ("grader.engines.host", "HostEngine"),
}
KINDS = tuple(_CLASSES)
NEVER_UNASKED = {"host"}


def engine_class(kind: str) -> type[Engine]:
    """The class of an engine kind. Raises EngineError for an unknown one."""
    if kind not in _CLASSES:
        raise EngineError(
            _("There is no engine called {kind}; there are {kinds}.").format(kind=kind, kinds=", ".join(KINDS)),
            "drydock doctor",
        )
    module, name = _CLASSES[kind]
    found: type[Engine] = getattr(import_module(module), name)
    return found


def engine_named(
    kind: str, *, shares: Sequence[Path] = (), limits: Limits | None = None, images: bool = True
) -> Engine:
    """An engine of this kind, not started yet."""
    return engine_class(kind)(shares=shares, limits=limits, images=images)


def tried_out(kind: str) -> Probe:
    """Whether containers really run on such an engine: one is started for it. What ``probe`` says must do where that
    would take long, as when the course images would have to be made first."""
    from grader import images

    probe = engine_class(kind).probe()
    try:
        if probe.works and engine_class(kind).starts_at_once and images.are_made():
            with engine_named(kind):
                pass
    except (EngineError, images.ImagesError) as error:
        return Probe(False, str(error), error.remedy)
    return probe


def best_kind() -> str:
    """The best engine kind that works here. Raises EngineError that says why none does."""
    reasons = []
    for kind in KINDS:
        if kind in NEVER_UNASKED:
            continue
        probe = engine_class(kind).probe()
        if probe.works:
            return kind
        reasons.append(f"{kind}: {probe.reason}")
    raise EngineError(
        _("No engine works on this machine. {reasons}").format(reasons=" ".join(reasons)), "drydock doctor"
    )


def best_engine(*, shares: Sequence[Path] = (), limits: Limits | None = None, images: bool = True) -> Engine:
    """The best engine that works here, not started yet. Raises EngineError."""
    return engine_named(best_kind(), shares=shares, limits=limits, images=images)
