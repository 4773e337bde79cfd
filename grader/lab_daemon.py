"""The lab daemon, as notebooks find it."""

from __future__ import annotations


class NoDaemon(Exception):
    """There is no lab daemon to check against; the message says how to get one."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name: one sentence instead of a traceback.
        return [str(self)]


def started_by_drydock() -> str:
    """The DOCKER_HOST of the lab daemon that ``drydock up`` started; empty when none runs."""
    from grader.engines import detached

    lab = detached.current()
    return lab.host if lab is not None else ""
