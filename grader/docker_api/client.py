"""docker-py's client, with a limit on what a daemon may answer: on its size, and on the time until it is all there.

Its objects' names and labels are the student's; and requests' own time-out counts anew with every byte. Imported when
the first question is asked, since docker-py is.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from docker import APIClient, DockerClient
from docker.errors import DockerException
from docker.transport import UnixHTTPAdapter
from requests import PreparedRequest, ReadTimeout, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from grader.docker_api.errors import Unavailable
from grader.i18n import _

#: Bytes of the longest answer that is read at once. (A list of a thousand containers has about 2 MB.)
LARGEST = 32 * 1024 * 1024
_PIECE = 256 * 1024


class TooLarge(DockerException):
    """An answer is longer than ``LARGEST``."""


class _OneSocket(UnixHTTPAdapter):
    """docker-py opens a connection for each URL anew; to a host in a container that takes a tenth of a second."""

    def get_connection(self, url: Any, proxies: Any = None) -> Any:
        return super().get_connection("http+docker://localhost", proxies)


class BoundedClient(APIClient):
    """Reads no answer without end, but for streams. Raises TooLarge, or what requests raises (RequestException)."""

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:
        if isinstance(adapter, UnixHTTPAdapter):
            adapter.__class__ = _OneSocket
        super().mount(prefix, adapter)

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        streamed, seconds, began = options.get("stream"), options.get("timeout"), time.monotonic()
        response = super().send(request, **{**options, "stream": True})
        if not streamed:
            end = began + seconds if isinstance(seconds, int | float) else None
            # As requests keeps what it has read itself.
            response._content = _read(response, end)
            response._content_consumed = True  # type: ignore[attr-defined]
        return response


class BoundedDocker(DockerClient):
    """docker-py's objects, asked for by a BoundedClient."""

    def __init__(self, host: str, timeout: float | None) -> None:
        self.api = BoundedClient(base_url=host, timeout=timeout)  # type: ignore[arg-type]


#: Questions that leave nothing behind: no container, no exec, and not even an event in the daemon's memory, as a file
#: copied out of a container does.
_LOOKING = re.compile(
    r"(/v[\d.]+)?/("
    r"_ping|version|info|events|(containers|images)/json|containers/[^/]+/(json|logs|changes)|images/.+/(json|history)"
    r"|(networks|volumes)(/[^/]+)?"
    r")"
)


class LookingClient(BoundedClient):
    """Only looks: whatever would leave a trace on the daemon is not even asked, and raises Unavailable."""

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        path = urlsplit(str(request.url)).path
        if request.method not in ("GET", "HEAD") or not _LOOKING.fullmatch(path):
            raise Unavailable(_("This would leave a trace on the daemon, and a check by itself only looks."))
        return super().send(request, **options)


def _read(response: Response, end: float | None) -> bytes:
    data = bytearray()
    try:
        # What has come, and no waiting for more: for a piece of any other size, each byte could take its time.
        while piece := response.raw.read1(_PIECE, decode_content=True):
            data += piece
            if len(data) > LARGEST:
                raise TooLarge
            if end is not None and time.monotonic() > end:
                raise ReadTimeout(request=response.request)
    except HTTPError as error:
        # As requests would have it, which does not read here.
        response.close()
        kind = ReadTimeout if isinstance(error, ReadTimeoutError) else ChunkedEncodingError
        raise kind(error, request=response.request) from error
    except BaseException:
        response.close()
        raise
    return bytes(data)


# -- Does a daemon answer? A stopped process runs, but says nothing, and whoever asks it waits.

_QUESTION = b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"


def answers(host: str, seconds: float) -> bool:
    """Whether the daemon at ``host`` (a DOCKER_HOST value) begins to answer within so many seconds in all."""
    if urlsplit(host).scheme not in ("unix", "tcp", "http", "https"):
        return True  # ssh://: whoever has such a daemon sees to it
    end = time.monotonic() + seconds
    with suppress(OSError), _connected(host, seconds) as daemon:
        daemon.settimeout(max(0.01, end - time.monotonic()))
        daemon.sendall(_QUESTION)
        daemon.settimeout(max(0.01, end - time.monotonic()))
        return bool(daemon.recv(1))
    return False


def _connected(host: str, seconds: float) -> socket.socket:
    """Raises OSError."""
    address = urlsplit(host)
    if address.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX)
        try:
            daemon.settimeout(seconds)
            daemon.connect(address.path)
        except OSError:
            daemon.close()
            raise
        return daemon
    return socket.create_connection((address.hostname or "localhost", address.port or 2375), seconds)
