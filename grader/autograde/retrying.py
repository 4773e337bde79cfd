"""Work for an executor that may lose its workers: what was lost is tried again, and by itself, so that one submission
that kills its workers costs no other one its grade."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any

#: So often a worker may be lost with the same work.
TRIES = 3


@dataclass(frozen=True)
class Lost:
    """Work that nobody could do: its workers died, or ``fault`` is what they said."""

    tries: int
    fault: BaseException | None = None


@dataclass(frozen=True)
class _Work:
    key: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class RetryingPool:
    """``window`` pieces of work are with the executor that ``make`` makes; made anew when it breaks.

    Of those that it had when it broke nobody knows which one was to blame. So each is tried alone from then on.
    ``hopeless``: what an executor raises that has tried several workers itself. It knows no better who was to blame
    (Dask counts a worker's death for all that waits there, too), so that is believed only of work that was alone.
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        window: Callable[[], int],
        hopeless: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._make = make
        self._window = window
        self._hopeless = hopeless
        self._executor: Executor | None = None
        self._waiting: deque[_Work] = deque()
        self._suspects: deque[_Work] = deque()
        self._lost: Counter[Hashable] = Counter()
        self._running: dict[Future[Any], _Work] = {}
        self._alone = False

    def put(self, key: Hashable, function: Callable[..., Any], *arguments: Any, first: bool = False) -> None:
        """Line it up; ``first``: before the others."""
        work = _Work(key, function, arguments)
        if first:
            self._waiting.appendleft(work)
        else:
            self._waiting.append(work)

    def __len__(self) -> int:
        """What is not done yet."""
        return len(self._waiting) + len(self._suspects) + len(self._running)

    def feed(self) -> Collection[Future[Any]]:
        """Hand out what may be handed out; what is out now."""
        while True:
            if self._suspects:
                if self._running:
                    break
                line, self._alone = self._suspects, True
            elif self._waiting and not (self._alone and self._running) and len(self._running) < self._window():
                line, self._alone = self._waiting, False
            else:
                break
            work = line.popleft()
            try:
                self._running[self._open().submit(work.function, *work.arguments)] = work
            except BrokenExecutor:  # a worker that was lost a moment ago
                line.appendleft(work)
                self._drop()
                if self._running:
                    break  # they will be found lost, each by itself
        return self._running.keys()

    def _open(self) -> Executor:
        if self._executor is None:
            self._executor = self._make()
        return self._executor

    def collect(self, done: Collection[Future[Any]]) -> Iterator[tuple[Any, Any]]:
        """Key and result of those of ``done`` that are ours, a Lost for what nobody could do."""
        for future in [future for future in self._running if future in done]:
            work = self._running.pop(future)
            fault = future.exception()
            if fault is None:
                yield work.key, future.result()
                continue
            if isinstance(fault, KeyboardInterrupt):
                # Ctrl-C reaches workers, too, and one may tell of it before it reaches us: the run ends.
                raise fault
            self._lost[work.key] += 1
            tries = self._lost[work.key]
            if isinstance(fault, BrokenExecutor):
                self._drop()
            if tries >= TRIES or (self._alone and isinstance(fault, self._hopeless)):
                died = isinstance(fault, (BrokenExecutor, *self._hopeless))
                yield work.key, Lost(TRIES if died else tries, None if died else fault)
            else:
                self._suspects.append(work)

    def _drop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """Nobody waits for what is out. Safe to call twice."""
        self._drop()
