"""The daemon as the checks see it: docker-py with a time limit on every request, and its troubles sorted.

Errors come out as ``Unavailable`` (the daemon is away, slow or too old), ``Obstructed`` (it is well, but something of
the student's has no answer) or ``Refused`` (it answered with an error). docker-py is imported when the first question
is asked (connection.py): importing the checks must stay cheap.
"""

from __future__ import annotations

import re
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from grader.docker_api import blame
from grader.docker_api.connection import Connection
from grader.docker_api.course_images import REPOSITORY, CourseImages, look
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import NoAnswer, Obstructed, Refused, Unavailable
from grader.docker_api.words import full_reference, moment_of
from grader.i18n import _
from grader.report.plain import printable

if TYPE_CHECKING:
    import requests
    from docker import APIClient

type Attrs = dict[str, Any]

#: Seconds a healthy daemon may take for one answer; on a busy host one takes a second or two now and then.
REQUEST_SECONDS = 10.0
#: The course image whose tools look into other containers' networks.
HELPER_IMAGE = "drydock/busybox:1"
#: How a daemon refuses a client of another version (moby: server/middleware/version.go).
_OTHER_VERSION = re.compile(r"client version \S+ is too (new|old)")


class Daemon:
    """Questions to one daemon, all within one deadline."""

    def __init__(
        self,
        connection: Connection,
        deadline: Deadline,
        *,
        request_seconds: float = REQUEST_SECONDS,
        on_wait: Callable[[str], None] = lambda told: None,
    ) -> None:
        """``on_wait`` is told, in a sentence, what a check waits for whenever it begins to."""
        self.connection = connection
        self.deadline = deadline
        self._request_seconds = request_seconds
        self._on_wait = on_wait
        self._info: Attrs | None = None
        self._ahead = 0.0
        self._lost = ""
        self._asked_again = False
        #: The ID of the image brought in the helper's place (throwaway.py), and what is to be done at the check's end.
        self.brought = ""
        self.cleanup = ExitStack()

    @property
    def surroundings(self) -> tuple[Daemon, str] | None:
        """For a daemon in a container: the daemon that it is a container of, and its ID. There it publishes ports."""
        return None

    @property
    def engine(self) -> Daemon:
        """Whom to ask what this machine can: the engine's own daemon. A host in it says what the student likes."""
        return self

    @property
    def is_students(self) -> bool:
        """Whether a student is root where it runs, and can make it say what they like (blame.py)."""
        return self.engine is not self

    def waits_until(self, what: str, seconds: float) -> None:
        """A check begins to wait for this, at most so long."""
        told = _("Waiting until {what}: up to {seconds:.0f} s …")
        self._on_wait(told.format(what=what, seconds=max(1.0, min(seconds, self.deadline.remaining()))))

    @property
    def host(self) -> str:
        return self.connection.host

    @contextmanager
    def asking(self, *, patience: float | None = None) -> Iterator[APIClient]:
        """The client for one request that may take ``patience`` seconds, its errors translated."""
        patience = (self._request_seconds if patience is None else patience) * self.connection.pace
        if self._lost:
            raise Unavailable(self._lost, lost=True)
        left = self.deadline.remaining()
        if left <= 0:
            raise self._noted(blame.of_the_end(self.deadline))
        with self._translated(min(patience, left)):
            yield self.connection.client(min(patience, left))

    @contextmanager
    def _translated(self, seconds: float) -> Iterator[None]:
        import requests
        from docker.errors import APIError, DockerException, InvalidVersion
        from urllib3.exceptions import HTTPError

        from grader.docker_api.client import TooLarge

        try:
            yield
        except APIError as error:
            raise self._sorted(error) from error
        except TooLarge as error:
            raise Obstructed(
                _("The daemon's answer about this is too large: something has very large labels.")
            ) from error
        except InvalidVersion as error:
            raise self._noted(_other_version(str(error))) from error
        except (requests.Timeout, TimeoutError) as error:
            raise self._noted(blame.of_silence(self, seconds)) from error
        except (DockerException, requests.RequestException, HTTPError, OSError) as error:
            trouble = blame.of_silence(self, seconds) if _is_slow(error) else Unavailable(self._away(error), lost=True)
            raise self._noted(trouble) from error

    def _sorted(self, error: Any) -> Exception:
        status = int(error.status_code or 0)
        explanation = printable(error.explanation or error)
        if status == 400 and _OTHER_VERSION.match(explanation):
            return self._noted(_other_version(explanation))
        return Refused(status, explanation)

    def _noted(self, trouble: Obstructed | Unavailable) -> Obstructed | Unavailable:
        """``trouble``; when the daemon is lost, that is remembered."""
        if isinstance(trouble, Unavailable) and trouble.lost:
            self._lost = str(trouble)
        return trouble

    def answers_promptly(self) -> bool:
        """The control question: whether the daemon answers at once about itself, on a connection of its own."""
        from docker.errors import DockerException
        from requests import RequestException

        prompt, began = blame.PROMPT_SECONDS * self.connection.pace, time.monotonic()
        with suppress(DockerException, RequestException, OSError):
            self.connection.another(prompt).close()
            return time.monotonic() - began <= prompt
        return False

    def _away(self, error: Exception) -> str:
        return _("The Docker daemon at {host} can't be reached: {why}").format(
            host=self.host or _("the default address"), why=printable(_root_cause(error), 200)
        )

    def ask[T](self, question: Callable[[Any], T], *, patience: float | None = None) -> T:
        """The answer to one question, of one request. Raises Unavailable, Obstructed or Refused.

        One that came to nothing while the daemon stalled is put once more, once in a check: was it the machine?
        Not where that would use up the check's time, for that would be an excuse.
        """
        try:
            with self.asking(patience=patience) as client:
                return question(client)
        except Obstructed as trouble:
            seconds = (self._request_seconds if patience is None else patience) * self.connection.pace
            in_time = self.deadline.remaining() > seconds
            if self._asked_again or not in_time or not _only_looked(trouble.__cause__):
                raise
        self._asked_again = True
        with self.asking(patience=patience) as client:
            return question(client)

    def find(self, question: Callable[[Any], Any]) -> Attrs | None:
        """Like ``ask`` for one object's description; None when there is no such object."""
        try:
            found = self.ask(question)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise
        return dict(found)

    def course_image(self, reference: str) -> Mapping[str, Any] | None:
        """``Id`` and ``RootFS`` of the course's image of this name, there or gone; None: no name of the course's."""
        name = full_reference(reference)
        return self.course_images().get(name) if name.startswith(REPOSITORY) else None

    def course_images(self) -> CourseImages:
        """The course's images by tag, as they were before the student began."""
        there = self.connection.registry
        return self.connection.course_images(lambda: self.ask(lambda client: look(client, there)))

    def helper(self) -> str:
        """The ID of the helper image, or "" when it is not there any more. By ID, for names can be given away."""
        known = self.course_image(HELPER_IMAGE)
        there = known and self.find(lambda client: client.inspect_image(known["Id"]))
        return str(known["Id"]) if known and there else ""

    def release(self, wish: Callable[[Any], Any]) -> None:
        """Clean up something of ours, even when the check's time is over. Raises nothing, for the report is still to
        be made; a container that stays is removed by a later check."""
        from docker.errors import DockerException
        from requests import RequestException

        # NoAnswer: the way to a host is opened anew, and the host may be gone.
        with suppress(DockerException, RequestException, OSError, NoAnswer):
            wish(self.connection.client(1.0 if self._lost else self._request_seconds))

    def wait_for_exit(self, container: str, seconds: float) -> int | None:
        """The exit code of a container, or None when it still runs after ``seconds``."""
        import requests

        limit = min(seconds, self.deadline.remaining())
        with self.asking(patience=limit) as client:
            try:
                return int(client.wait(container, timeout=client.timeout)["StatusCode"])
            except (requests.Timeout, requests.ConnectionError) as error:
                if limit < seconds or not (isinstance(error, requests.Timeout) or _is_slow(error)):
                    raise
        return None

    def post(self, path: str, body: Mapping[str, Any]) -> Attrs:
        """The answer to a POST of JSON. Raises Unavailable or Refused."""
        with self.stream(path, {}, patience=self._request_seconds, body=body) as response:
            return dict(response.json())

    @contextmanager
    def stream(
        self,
        path: str,
        params: Mapping[str, Any],
        *,
        patience: float,
        body: Mapping[str, Any] | None = None,
        archive: bytes | None = None,
    ) -> Iterator[requests.Response]:
        """A streamed GET of ``path`` (without the version prefix), or a POST of ``body`` or a tar, closed at the end.

        docker-py's own streams wait without end for the next piece; here each may take ``patience`` seconds.
        """

        def opened(client: APIClient) -> requests.Response:
            return client.request(
                "GET" if body is None and archive is None else "POST",
                f"{client.base_url}/v{client.api_version}{path}",
                params=dict(params),
                json=body,
                data=archive,
                # The daemon would compress archives, and a raw stream is not unpacked on the way.
                headers={"Accept-Encoding": "identity"} | ({"Content-Type": "application/x-tar"} if archive else {}),
                stream=True,
                timeout=client.timeout,
            )

        with closing(self.ask(opened, patience=patience)) as response, self.asking(patience=patience):
            if response.status_code >= 400:
                raise Refused(response.status_code, _message_of(response))
            with self._unbroken():
                yield response

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        """An answer that has begun, and breaks off: a file that shrinks while it is copied, for instance."""
        import requests
        from urllib3.exceptions import ProtocolError

        try:
            yield
        except (requests.exceptions.ChunkedEncodingError, ProtocolError, tarfile.TarError) as error:
            raise self._noted(blame.of_a_broken_answer(self, error)) from error

    def info(self) -> Attrs:
        """``docker info``, asked once."""
        if self._info is None:
            asked = time.time()
            self._info = dict(self.ask(lambda client: client.info()))
            self._ahead = _ahead(self._info, asked, time.time())
        return self._info

    def ahead(self) -> float:
        """By how many seconds its clock is ahead of ours, at the least; below 0: behind it, as a guest's that slept."""
        self.info()
        return self._ahead

    def pace(self) -> float:
        """How many times longer than elsewhere a check waits for what happens in this daemon's containers."""
        return self.connection.pace

    def keeps_images_in_containerd(self) -> bool:
        """Whether images are in containerd's store (the default from Engine 29 on) and not in the engine's own."""
        status = self.info().get("DriverStatus") or ()
        return ["driver-type", "io.containerd.snapshotter.v1"] in [list(entry) for entry in status]

    def api_version(self) -> tuple[int, ...]:
        """The API version spoken with this daemon, for instance (1, 45)."""
        text = self.ask(lambda client: str(client.api_version))
        return tuple(int(part) for part in text.split("."))

    def needs_api(self, major: int, minor: int, what: str) -> None:
        """Raises Unavailable (Obstructed, of a student's own) when the daemon is older than the API version in which
        ``what`` appeared."""
        if self.api_version() < (major, minor):
            too_old = _("This Docker daemon is too old to tell {what}: that needs API {needed}, it speaks {has}.")
            has = ".".join(map(str, self.api_version()))
            raise blame.of_what_it_says(self, too_old.format(what=what, needed=f"{major}.{minor}", has=has))


def _is_slow(error: Exception) -> bool:
    """requests wraps a time-out while reading a stream in a ConnectionError."""
    return "timed out" in str(error).lower()


def _ahead(info: Attrs, asked: float, answered: float) -> float:
    """By how much a clock goes before ours that showed this between these two moments of ours; 0: it may be ours."""
    told = moment_of(info.get("SystemTime"))
    if told is None or asked <= told.timestamp() <= answered:
        return 0.0
    return told.timestamp() - answered


def _other_version(why: str) -> Unavailable:
    return Unavailable(_("This Docker daemon is too old or too new for these checks: {why}").format(why=why), lost=True)


def _only_looked(error: BaseException | None) -> bool:
    """Whether what failed by this error was a question, or the connection's first one, that changes nothing."""
    while error is not None and getattr(error, "request", None) is None:
        error = error.__cause__
    return error is not None and error.request.method == "GET"  # type: ignore[attr-defined]


def _message_of(response: requests.Response) -> str:
    try:
        return printable(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return printable(response.reason)


def _root_cause(error: BaseException) -> str:
    """The innermost message: docker-py and requests wrap "connection refused" in four layers."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return str(error) or type(error).__name__
