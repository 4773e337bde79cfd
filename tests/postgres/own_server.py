"""A PostgreSQL server for one test: its own data, its own socket, no TCP, an ordinary user; gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER = "grader"


def programs() -> Path | None:
    """The folder with initdb and postgres, of the newest version installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    by_path = shutil.which("initdb")
    found += [Path(by_path).resolve().parent] if by_path else []
    return max(found, key=lambda folder: int("".join(filter(str.isdecimal, str(folder))) or 0), default=None)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; an ordinary user runs it as itself."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Its database's address for SQLAlchemy. Raises CalledProcessError or TimeoutError when it does not start."""
    user = _user()
    # Not pytest's own folder: a Unix socket's path may have 107 bytes, and this folder must be the user's.
    folder = Path(tempfile.mkdtemp(prefix="dd-pg-"))
    process = None
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = folder / "data"
        options = ["-D", str(data), "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([bin_folder / "initdb", *options], user=user, cwd=folder, check=True, capture_output=True)
        settings = ["listen_addresses=", "fsync=off", "max_connections=40"]
        argv = [bin_folder / "postgres", "-D", data, "-k", folder, *(word for s in settings for word in ("-c", s))]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(argv, user=user, cwd=folder, stdout=log, stderr=log)
        _wait(bin_folder, folder, process)
        yield f"postgresql://{_OWNER}@/postgres?host={folder}"
    finally:
        if process is not None:
            # Fast shutdown: https://www.postgresql.org/docs/current/server-shutdown.html
            process.send_signal(signal.SIGINT)
            process.wait(120)
        shutil.rmtree(folder)


def _wait(bin_folder: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while subprocess.run([bin_folder / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > end:
            raise TimeoutError((folder / "log").read_text())
        time.sleep(0.05)
