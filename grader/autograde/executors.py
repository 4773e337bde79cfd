"""Where workers come from: ``--executor module:factory`` or ``dask://HOST:PORT``. Others distribute; we only ask."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import extras
from grader.errors import ExpectedError
from grader.i18n import _

DASK = "dask://"
#: Of an executor that doesn't say how many workers it has.
_UNKNOWN = 8
#: Seconds for a scheduler to answer.
_PATIENCE = 20


class NoExecutor(ExpectedError):
    """There is none by this name, or it doesn't answer. ``str()`` is one sentence."""


@dataclass(frozen=True)
class ExecutorFactory:
    """``make`` makes an executor, again where one broke. ``hopeless``: what it raises when it has tried several workers
    for the same work."""

    make: Callable[[], Executor]
    hopeless: tuple[type[BaseException], ...] = ()


def executor_factory(name: str) -> ExecutorFactory:
    """Of this name. Raises NoExecutor, MissingPart."""
    return _dask(name.removeprefix(DASK)) if name.startswith(DASK) else ExecutorFactory(_factory(name))


def size_of(executor: Executor) -> int:
    """How many pieces of work it does at once, as far as it says so."""
    for name in ("workers_now", "_max_workers"):
        found = getattr(executor, name, None)
        if isinstance(found, int):
            return max(1, found)
    return _UNKNOWN


def _factory(name: str) -> Callable[[], Executor]:
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise NoExecutor(
            _("“{name}” is no executor: it is written MODULE:FACTORY or dask://HOST:PORT.").format(name=name),
            "drydock grade --help",
        )
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever that module does when it is imported
        raise NoExecutor(
            _("The executor {name} can't be loaded: {why}.").format(name=name, why=f"{type(error).__name__}: {error}"),
            f"python -c 'import {module}'",
        ) from error

    def make() -> Executor:
        made = found()
        if not callable(getattr(made, "submit", None)):
            raise NoExecutor(
                _("{name} gives a {kind}, and no concurrent.futures.Executor.").format(
                    name=name, kind=type(made).__name__
                ),
                "drydock grade --help",
            )
        executor: Executor = made
        return executor

    return make


def _dask(address: str) -> ExecutorFactory:
    with extras.needed():
        from distributed import Client, KilledWorker
        from distributed.client import ClosedClientError

    new_client: Any = Client  # it has no types
    # Of a scheduler's end we say a sentence; the client has forty lines on it.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)

    @contextmanager
    def _scheduler_there() -> Iterator[None]:
        """Without one the client raises whatever it stumbles over; what is out with it is cancelled."""
        try:
            yield
        except (OSError, RuntimeError, ClosedClientError) as error:
            raise CancelledError from error

    class Dask(Executor):
        """A scheduler's workers."""

        def __init__(self) -> None:
            try:
                self._client = new_client(f"tcp://{address}", timeout=_PATIENCE, set_as_default=False)
            except (OSError, ValueError, TimeoutError) as error:
                raise NoExecutor(
                    _("No Dask scheduler answers at {address}: {why}.").format(address=address, why=error),
                    f"dask scheduler --port {address.rpartition(':')[2]}",
                ) from error
            self._inner = self._client.get_executor(pure=False, retries=0)

        @property
        def workers_now(self) -> int:
            """Threads of all workers there are now, and one more each, so that none waits for the wire."""
            with _scheduler_there():
                threads: dict[str, int] = self._client.nthreads()
            return sum(threads.values()) + len(threads)

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
            with _scheduler_there():
                future: Future[Any] = self._inner.submit(function, *arguments, **more)
            return future

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            # Dask's has no other word for it: without waiting it cancels what is out.
            self._inner.shutdown(wait=wait and not cancel_futures)
            self._client.close()

    return ExecutorFactory(Dask, (KilledWorker,))
