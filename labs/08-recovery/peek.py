"""Shows what an archive of `docker save` or `docker export` holds.

python3 peek.py ARCHIVE WORD    tell in which layer there is a file with this word in its path
"""

import json
import sys
import tarfile


def told(names: list[str], word: str) -> str:
    """How many files these are, and which of them have the word in their path."""
    return f"{len(names):4} entries   {'  '.join(name for name in names if word in name)}"


def main(archive: str, word: str) -> None:
    """Take the archive for an image's if it has a manifest, for a container's files otherwise."""
    with tarfile.open(archive) as outer:
        if "manifest.json" not in outer.getnames():
            print("one pile:", told(outer.getnames(), word))
            print("settings: none")
            return
        image = json.load(outer.extractfile("manifest.json"))[0]
        for number, layer in enumerate(image["Layers"], 1):
            with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                print(f"layer {number}: ", told(inner.getnames(), word))
        settings = json.load(outer.extractfile(image["Config"]))["config"]
        print("settings:", {name: settings.get(name) for name in ("Cmd", "Env")})
        print("names:   ", *image["RepoTags"] or ["none"])


main(*sys.argv[1:])
