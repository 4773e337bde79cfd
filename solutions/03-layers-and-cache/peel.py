"""Peel an image: show its layers, the lowest first, and the files in them.

    %run peel.py IMAGE          list the layers
    %run peel.py IMAGE PATH     show what each layer holds at this path

It reads what `docker save` writes, so it works with every storage driver.
A layer marks a deleted file by an empty file whose name begins with .wh. (a whiteout).
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

WHITEOUT = ".wh."
SHOWN = 4
BAR = 24


def stop(sentence: str) -> None:
    """End the program with one sentence."""
    sys.exit(f"peel: {sentence}")


@contextmanager
def saved(image: str) -> Iterator[IO[bytes]]:
    """The image as `docker save` writes it, in a temporary file."""
    with tempfile.TemporaryFile() as file:
        done = subprocess.run(["docker", "save", image], stdout=file, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            stop(done.stderr.decode().strip())
        file.seek(0)
        yield file


def layers(image: str) -> Iterator[tarfile.TarFile]:
    """The layers of an image, the lowest first, each as an open archive."""
    with saved(image) as file, tarfile.open(fileobj=file) as outer:
        manifest = json.load(outer.extractfile("manifest.json"))
        for name in manifest[0]["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(name), mode="r:*") as layer:
                yield layer


def deleted(path: str) -> str | None:
    """The path that a whiteout deletes, None for an ordinary file."""
    folder, _slash, name = path.rpartition("/")
    return f"{folder}/{name.removeprefix(WHITEOUT)}" if name.startswith(WHITEOUT) else None


def listing(layer: tarfile.TarFile) -> tuple[int, list[str]]:
    """How many bytes of files a layer has, and a line for each file: the deleted first, then the largest."""
    gone, files = [], []
    for member in layer.getmembers():
        path = "/" + member.name.removeprefix("./").strip("/")
        if hidden := deleted(path):
            gone.append(f"    DELETED  {hidden}")
        elif not member.isdir():
            files.append((member.size, path))
    files.sort(key=lambda file: (-file[0], file[1]))
    return sum(size for size, _path in files), gone + [f"{size:>11,}  {path}" for size, path in files]


def show_layers(image: str) -> None:
    """Print each layer with a bar for its size and its first files."""
    found = [listing(layer) for layer in layers(image)]
    most = max(size for size, _lines in found) or 1
    print(f"{image}: {len(found)} layers, the lowest first, {sum(size for size, _lines in found):,} bytes in files")
    for number, (size, lines) in enumerate(found, start=1):
        bar = "█" * round(BAR * size / most)
        print(f"layer {number}  {size:>11,} bytes  {bar}")
        for line in lines[:SHOWN]:
            print("          ", line)
        if len(lines) > SHOWN:
            print(f"             … and {len(lines) - SHOWN} more")


def show_file(image: str, path: str) -> None:
    """Print what each layer holds at a path."""
    wanted = path.strip("/")
    for number, layer in enumerate(layers(image), start=1):
        for member in layer.getmembers():
            name = "/" + member.name.removeprefix("./").strip("/")
            if deleted(name) == f"/{wanted}":
                print(f"layer {number}: DELETED")
            elif name == f"/{wanted}" and member.isfile():
                content = layer.extractfile(member).read(200).decode(errors="replace").strip()
                print(f"layer {number}: {member.size} bytes: {content}")


match sys.argv[1:]:
    case [image]:
        show_layers(image)
    case [image, path]:
        show_file(image, path)
    case _:
        stop("say %run peel.py IMAGE, or %run peel.py IMAGE PATH")
