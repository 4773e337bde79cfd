"""A docker-archive (what ``docker load`` reads) whose every byte follows from its layers and its config."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from grader.images.tree import FileTree

# All images claim this moment, so that a build tomorrow has the ID of a build today.
CREATED = "2026-01-01T00:00:00Z"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Layer:
    """A layer as a tar, and the line ``docker history`` shows for it."""

    content: bytes
    created_by: str

    @classmethod
    def of(cls, tree: FileTree, created_by: str) -> Self:
        """The layer with the files of ``tree``."""
        buffer = io.BytesIO()
        tree.write(buffer)
        return cls(buffer.getvalue(), created_by)


@dataclass(frozen=True)
class ImageConfig:
    """What ``docker image inspect`` shows under Config; the names follow the Dockerfile's instructions."""

    cmd: tuple[str, ...]
    entrypoint: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    expose: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    workdir: str = ""
    stopsignal: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def as_oci(self) -> dict[str, Any]:
        """The ``config`` object of the OCI image specification; what isn't set is left out."""
        env = (("PATH", PATH), *self.env)
        values: dict[str, Any] = {
            "Env": [f"{name}={value}" for name, value in env],
            "Entrypoint": list(self.entrypoint),
            "Cmd": list(self.cmd),
            "ExposedPorts": {port: {} for port in self.expose},
            "Volumes": {path: {} for path in self.volumes},
            "WorkingDir": self.workdir,
            "StopSignal": self.stopsignal,
            "Labels": self.labels,
        }
        return {name: value for name, value in values.items() if value}

    def history(self) -> list[str]:
        """One Dockerfile line for each setting, as ``docker history`` would show a build from a Dockerfile."""
        lines = [f"ENV {name}={value}" for name, value in self.env]
        lines += [f"LABEL {name}={value}" for name, value in sorted(self.labels.items())]
        lines += [f"WORKDIR {self.workdir}"] if self.workdir else []
        lines += [f"VOLUME {path}" for path in self.volumes]
        lines += [f"EXPOSE {port}" for port in self.expose]
        lines += [f"STOPSIGNAL {self.stopsignal}"] if self.stopsignal else []
        lines += [f"ENTRYPOINT {json.dumps(self.entrypoint)}"] if self.entrypoint else []
        return [*lines, f"CMD {json.dumps(self.cmd)}"]


def write_archive(
    path: Path, layers: Sequence[Layer], config: ImageConfig, *, architecture: str, tags: Sequence[str]
) -> str:
    """Write the archive for ``docker load`` and return the image ID (``sha256:…``).

    ``architecture`` is Docker's name (amd64, arm64). Raises OSError.
    """
    digests = [hashlib.sha256(layer.content).hexdigest() for layer in layers]
    names = [f"{digest}.tar" for digest in digests]
    diff_ids = [f"sha256:{digest}" for digest in digests]
    config_bytes = _json(_image_json(layers, config, architecture, diff_ids))
    identity = hashlib.sha256(config_bytes).hexdigest()
    index = [{"Config": f"{identity}.json", "RepoTags": list(tags), "Layers": names}]
    with tarfile.open(path, mode="w", format=tarfile.GNU_FORMAT) as out:
        _add(out, "manifest.json", _json(index))
        _add(out, f"{identity}.json", config_bytes)
        for name, layer in zip(names, layers, strict=True):
            _add(out, name, layer.content)
    return f"sha256:{identity}"


def _image_json(layers: Sequence[Layer], config: ImageConfig, architecture: str, diff_ids: list[str]) -> dict[str, Any]:
    history: list[dict[str, Any]] = [{"created": CREATED, "created_by": layer.created_by} for layer in layers]
    history += [{"created": CREATED, "created_by": line, "empty_layer": True} for line in config.history()]
    return {
        "architecture": architecture,
        "config": config.as_oci(),
        "created": CREATED,
        "history": history,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _add(out: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(content), 0o644, 0
    out.addfile(info, io.BytesIO(content))
