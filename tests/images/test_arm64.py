"""The images for Apple's processors and other arm64: made here, and their programs started under qemu-user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from grader.images import CourseImage, ImageSet, ensure, manifest
from grader.images.recipes import registered

#: Each image's programs do a little of what they are there for.
_STARTS = {
    "busybox": "busybox uname -m",
    "python": "python3 -c 'import asyncio, http.server, platform, sqlite3, ssl; print(platform.machine())'",
    "toolchain": 'echo \'#include <stdio.h>\nint main(int n) { return printf("%.2f %s", n / 3.0, "well") != 9; }\''
    " >/tmp/p.c && cc -o /tmp/p /tmp/p.c && /tmp/p && tcc -o /tmp/q /tmp/p.c && /tmp/q",
    "nginx": "nginx -v",
    "registry": "registry --version",
    "redis": "redis-server --version && redis-cli --version",
    "cosign": "cosign version",
    "hadolint": "echo 'FROM a:1' | hadolint -",
    "oras": "oras version",
    "skopeo": "skopeo --version",
    "syft": "syft --version",
    "host": "dockerd --version && containerd --version && runc --version && docker buildx version"
    " && docker compose version",
    # qemu-user knows no netlink of the firewall's, and crun starts itself from memory, which is not emulated.
    "podman": "podman --version && python3 -c 'import json' && /usr/lib/podman/netavark --version",
    "alertmanager": "prometheus-alertmanager --version || alertmanager --version",
    "haproxy": "haproxy -v",
    "log-receiver": "python3 -c 'import platform, socketserver, zlib; print(platform.machine())'",
    "openssh": "ssh -V && ssh-keygen -q -t ed25519 -N '' -f /tmp/key",
    "prometheus": "prometheus --version",
    "rest-server": "rest-server --version",
    "restic": "restic version",
    "rsyslog": "rsyslogd -v",
    "git": "git --version && git init -q /tmp/repository && git -C /tmp/repository status",
    # The rest of what it is put into is the image of hosts.
    "rootless": "/usr/bin/slirp4netns --version",
}
#: The first bytes of an arm64 program (ELF, 64 bits, e_machine 0xb7), which bits of them count, and who runs it: the
#: kernel's admin-guide/binfmt-misc. A user namespace has handlers of its own (Linux 6.7), so the machine gets none.
_HANDLER = (
    r":arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:{}:F"
)
_INSIDE = """
mount -t binfmt_misc binfmt "$1/binfmt" && printf '%s' "$HANDLER" > "$1/binfmt/register"
mount -t proc proc "$1/proc" 2>/dev/null || mount --rbind /proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /bin/busybox sh -ec "$2"
"""


@pytest.fixture(scope="module")
def made() -> ImageSet:
    if shutil.which("qemu-aarch64") is None:
        pytest.fail("apt-get install qemu-user")
    return ensure(progress=print, recipes=registered(), architecture="arm64")


def test_each_image_has_a_program_to_try() -> None:
    assert {image.name for image in manifest("arm64")} == set(_STARTS)


@pytest.mark.weekly
def test_they_are_what_the_manifest_promises(made: ImageSet) -> None:
    promised = {image.reference: image for image in manifest("arm64")}
    for image in made.images:
        if image.packages == promised[image.reference].packages:
            assert image == promised[image.reference]
        else:
            assert any(image.reference in note for note in made.notes)


@pytest.mark.weekly
@pytest.mark.parametrize("image", manifest("arm64"), ids=lambda image: image.name)
def test_its_programs_start(image: CourseImage, made: ImageSet, tmp_path: Path) -> None:
    root = tmp_path / "root"
    own = _unpack(made.archives[[other.name for other in made.images].index(image.name)], root)
    command = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"]
    handler = _HANDLER.format(shutil.which("qemu-aarch64"))
    done = subprocess.run(
        [*command, "sh", "-c", _INSIDE, "sh", str(root), _STARTS[image.name]],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", **own}
        | {"HANDLER": handler},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _unpack(archive: Path, root: Path) -> dict[str, str]:
    """Put the image's files below ``root``; its environment."""
    root.mkdir()
    with tarfile.open(archive) as image:
        (index,) = json.loads(_content(image, "manifest.json"))
        for name in index["Layers"]:
            with tarfile.open(fileobj=image.extractfile(name)) as layer:
                for member in layer:
                    # A file of this layer in the place of a link of one below: not what the link leads to.
                    if (root / member.name).is_symlink() and not member.isdir():
                        (root / member.name).unlink()
                    layer.extract(member.replace(uid=os.getuid(), gid=os.getgid()), root, filter="fully_trusted")
        config = json.loads(_content(image, index["Config"]))["config"]
    for folder in ("binfmt", "dev", "proc", "tmp"):
        (root / folder).mkdir(exist_ok=True)
    return dict(entry.split("=", 1) for entry in config.get("Env") or [])


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()
