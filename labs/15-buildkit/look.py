"""What a registry has under a name: %run look.py works/bell:1, or %run look.py works/bell:1 provenance."""

import json
import sys
import urllib.error
import urllib.request

KINDS = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]


def ask(path: str) -> dict:
    request = urllib.request.Request(f"http://localhost:8150/v2/{path}", headers={"Accept": ", ".join(KINDS)})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def main(name: str, wish: str = "") -> None:
    repository, _, tag = name.partition(":")
    try:
        index = ask(f"{repository}/manifests/{tag}")
    except urllib.error.URLError as error:
        print(f"The registry slipway has no {name}: {error}")
        return
    if "manifests" not in index:
        print("one manifest, for one platform")
        return
    for entry in index["manifests"]:
        platform = "/".join(entry["platform"].get(part, "") for part in ("os", "architecture"))
        about = entry.get("annotations", {}).get("vnd.docker.reference.type", "")
        if not wish:
            print(entry["digest"][:19], platform, about)
        elif about:
            for layer in ask(f"{repository}/manifests/{entry['digest']}")["layers"]:
                print(json.dumps(ask(f"{repository}/blobs/{layer['digest']}")["predicate"], indent=1))


main(*sys.argv[1:3])
