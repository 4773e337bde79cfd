"""docker-py's client, with a limit on the size of an answer: its objects' names and labels are the student's.

Imported when the first question is asked, since docker-py is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker import APIClient
from docker.errors import DockerException

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

#: Bytes of the longest answer that is read at once. (A list of a thousand containers has about 2 MB.)
LARGEST = 32 * 1024 * 1024
_PIECE = 256 * 1024


class TooLarge(DockerException):
    """An answer is longer than ``LARGEST``."""


class BoundedClient(APIClient):
    """Reads no answer without end."""

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        streamed = options.get("stream")
        response = super().send(request, **{**options, "stream": True})
        if not streamed:
            # What requests' own `content` does, up to a limit.
            data = bytearray()
            for piece in response.iter_content(_PIECE):
                data += piece
                if len(data) > LARGEST:
                    response.close()
                    raise TooLarge
            response._content = bytes(data)
        return response
