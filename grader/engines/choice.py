"""Choosing an engine: by name, or the best that works on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader import plugins
from grader.engines import releases
from grader.engines.protocol import Engine, EngineError, Limits, Probe
from grader.i18n import _

#: Best first: what is chosen unasked, where it is installed. `host` has no walls, and an engine of another package is
#: nothing that should come to run because somebody installed it: both are used when they are asked for by name.
_PREFERRED = ("native", "rootless", "microvm", "dind")


def kinds() -> tuple[str, ...]:
    """The names of all engines that are installed, the preferred ones first. Raises EngineError."""
    try:
        installed = plugins.names(plugins.Group.ENGINES)
    except plugins.PluginError as error:
        raise EngineError(str(error), error.remedy) from error
    return (*unasked(), *(kind for kind in installed if kind not in _PREFERRED))


def unasked() -> tuple[str, ...]:
    """Those that ``best_kind`` chooses from, best first."""
    installed = plugins.names(plugins.Group.ENGINES)
    return tuple(kind for kind in _PREFERRED if kind in installed)


def engine_class(kind: str) -> type[Engine]:
    """The class of an engine kind. Raises EngineError for an unknown one, and for one that can't be loaded."""
    if kind not in kinds():
        raise EngineError(
            _("There is no engine called {kind}; there are {kinds}.").format(kind=kind, kinds=", ".join(kinds()))
        )

    def checked(found: object) -> type[Engine]:
        if not (isinstance(found, type) and issubclass(found, Engine)):
            raise TypeError(_("it is no subclass of Engine"))
        if getattr(found, "kind", "") != kind:
            raise TypeError(_("its class has another kind than its entry point has a name"))
        return found

    try:
        return plugins.load(plugins.Group.ENGINES, kind, checked)
    except plugins.PluginError as error:
        raise EngineError(str(error), error.remedy) from error


def engine_named(
    kind: str, *, shares: Sequence[Path] = (), limits: Limits | None = None, images: bool = True
) -> Engine:
    """An engine of this kind, not started yet."""
    return engine_class(kind)(shares=shares, limits=limits, images=images)


def tried_out(kind: str) -> Probe:
    """Whether containers really run on such an engine: one is started for it. What ``probe`` says must do where that
    would take long, as when the course images would have to be made first."""
    from grader import images

    try:
        probe = engine_class(kind).probe()
        if probe.works and engine_class(kind).starts_at_once and images.are_made():
            with engine_named(kind):
                pass
    except (EngineError, images.ImagesError) as error:
        return Probe(False, str(error), error.remedy)
    return probe


def seen(kind: str | None) -> str:
    """This kind, or the best that works here. Raises EngineError where it can't run the Docker that was asked for."""
    found = kind or best_kind()
    releases.see(found, engine_class(found).runs_any_release)
    return found


def probed(kind: str) -> Probe:
    """What an engine says of this machine; that it can't be loaded, too."""
    try:
        return engine_class(kind).probe()
    except EngineError as error:
        return Probe(False, str(error), error.remedy)


def best_kind() -> str:
    """The best engine kind that works here. Raises EngineError that says why none does."""
    reasons = []
    kinds()  # says what to do where nothing is registered
    for kind in unasked():
        probe = probed(kind)
        if probe.works:
            return kind
        reasons.append(f"{kind}: {probe.reason}")
    raise EngineError(_("No engine works on this machine. {reasons}").format(reasons=" ".join(reasons)))


def best_engine(*, shares: Sequence[Path] = (), limits: Limits | None = None, images: bool = True) -> Engine:
    """The best engine that works here, not started yet. Raises EngineError."""
    return engine_named(best_kind(), shares=shares, limits=limits, images=images)
