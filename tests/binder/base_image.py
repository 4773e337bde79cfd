"""A Debian 13 like Docker Hub's, made on the spot from Debian's packages: no registry is asked for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAME = "debian:13"
#: Where a machine keeps certificates of its own, if it trusts more than Debian does (a school's proxy, say).
_OWN_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")


def make(archive: Path) -> None:
    """Write the root file system as a tar."""
    command = [
        "mmdebstrap", "--quiet", "--variant=minbase", "--mode=root",
        # As in Docker Hub's Debian: no waiting for the disk after each file.
        "--dpkgopt=force-unsafe-io",
        # What this machine's apt is told, the image's is told, too: where packages are, and how old lists may be.
        f"--aptopt=Acquire::Check-Valid-Until {_apt('Acquire::Check-Valid-Until')}",
        f"--aptopt=Acquire::Check-Date {_apt('Acquire::Check-Date')}",
    ]  # fmt: skip
    if _OWN_CERTIFICATES.is_dir():
        command.append(f"--customize-hook=copy-in {_OWN_CERTIFICATES} {_OWN_CERTIFICATES.parent}")
    with _SOURCES.open("rb") as sources:
        subprocess.run([*command, "trixie", str(archive), "-"], stdin=sources, check=True)


def _apt(name: str) -> str:
    done = subprocess.run(["apt-config", "shell", "value", name], check=True, capture_output=True, text=True)
    return done.stdout.partition("=")[2].strip().strip("'") or "true"


def bring(archive: Path, host: str) -> None:
    """Give it to a daemon by the name that the Dockerfile asks for."""
    changes = [f"ENV {name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "PIP_CERT") if name in os.environ]
    options = [word for change in ("CMD bash", *changes) for word in ("--change", change)]
    docker = shutil.which("docker") or "docker"
    subprocess.run(
        [docker, "--host", host, "import", *options, str(archive), NAME], check=True, stdout=subprocess.DEVNULL
    )
