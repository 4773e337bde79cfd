"""The student's home inside an engine's walls: a folder in memory, its own for each program that is confined there.

What the cells of another kernel leave at home (IPython's startup files, plugins of the docker command) would run in
this one. Standard library only.
"""

from __future__ import annotations

#: Where the engine's /etc/passwd (outer.sh) says that the student lives.
HOME = "/home/student"
_MEGABYTES = 256


def options(user: int) -> str:
    """Of its tmpfs(5), beside nosuid and nodev, if it is this user's and nobody else's."""
    return f"mode=700,uid={user},gid={user},size={_MEGABYTES}m"
