"""What only some labs declare does its job on a real daemon: a supply chain, logs, metrics, backups and more."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from grader.engines import Engine, best_engine
from grader.engines.bringing import bring
from grader.images import CourseImage, ensure_only, manifest
from grader.images.ensuring import named

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

Shell = Callable[..., str]
_ON_REQUEST = [image for image in manifest() if named([image.name])[0].on_request]
#: The tools take a name with .local for a registry without TLS.
_REGISTRY = "registry.local:5000"


@pytest.fixture(scope="module")
def lab() -> Iterator[Engine]:
    """One daemon for all; what is in it goes with it, so each test has names of its own."""
    with best_engine() as engine:
        yield engine


#: Two minutes for what a busy machine is slow with; nothing is measured.
_UNTIL = """
until_() {
    for i in $(seq 600); do
        if eval "$1" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    echo "never: $1" >&2
    exit 1
}
"""


def _shell(lab: Engine, script: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DOCKER_HOST": lab.endpoint.host}
    return subprocess.run(
        ["bash", "-ec", _UNTIL + script], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def sh(lab: Engine) -> Shell:
    """Brings images, then runs a shell script as a student's cell does; what it prints."""

    def run(script: str, *images: str, fails: bool = False) -> str:
        bring(lab.endpoint, images, print)
        done = _shell(lab, script)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + (done.stderr if fails else "")

    return run


@pytest.fixture(scope="module")
def registry(lab: Engine) -> str:
    """A registry on the network "supply", with busybox in it as app:1; its digest."""
    script = f"""
        docker network create supply
        docker run -d --name registry --network supply --network-alias registry.local drydock/registry:2
        until_ 'docker logs registry 2>&1 | grep "listening on"'
        docker save drydock/busybox:1 | docker run --rm -i --network supply drydock/skopeo:1 \\
            copy -q --dest-tls-verify=false docker-archive:/dev/stdin docker://{_REGISTRY}/app:1 >&2
        docker run --rm --network supply drydock/skopeo:1 \\
            inspect --tls-verify=false --format '{{{{.Digest}}}}' docker://{_REGISTRY}/app:1
    """
    bring(lab.endpoint, ["skopeo"], print)
    done = _shell(lab, script)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.mark.parametrize("image", _ON_REQUEST, ids=lambda image: image.name)
def test_every_one_has_its_names_its_label_users_and_a_shell(sh: Shell, image: CourseImage) -> None:
    said = sh(f"docker image inspect {' '.join(image.tags)}", image.name)
    configs = [one["Config"] for one in json.loads(said)]
    assert len(configs) == 2 and configs[0]["Labels"]["drydock.course"] == "1"
    assert configs[0]["Labels"]["org.opencontainers.image.title"] == image.name
    tries = "id app && su app -c true && ls -ld /tmp | grep ^drwxrwxrwt"
    sh(f"docker run --rm --entrypoint sh {image.reference} -c '{tries}'")
    made = ensure_only([image.name])
    # Debian may have moved on since the manifest was written; then the record says which packages.
    assert made.images == (image,) or made.notes


def test_skopeo_and_oras_copy_the_same_bytes(sh: Shell, registry: str) -> None:
    said = sh(
        f"""
        docker run --rm --network supply drydock/skopeo:1 copy -q --src-tls-verify=false --dest-tls-verify=false \\
            docker://{_REGISTRY}/app:1 docker://{_REGISTRY}/copies:skopeo
        docker run --rm --network supply drydock/oras:1 cp --from-plain-http --to-plain-http \\
            {_REGISTRY}/app:1 {_REGISTRY}/copies:oras >&2
        for tag in skopeo oras; do
            docker run --rm --network supply drydock/oras:1 resolve --plain-http {_REGISTRY}/copies:$tag
        done
        docker run --rm --network supply --user app --entrypoint sh drydock/oras:1 -ec '
            echo "built by hand" > note.txt
            oras push --plain-http {_REGISTRY}/notes:1 note.txt >&2; rm note.txt
            oras pull --plain-http {_REGISTRY}/notes:1 >&2; cat note.txt'
        """,
        "skopeo",
        "oras",
    )
    assert said.split("\n") == [registry, registry, "built by hand", ""]


def test_cosign_signs_with_a_key_and_no_internet(sh: Shell, registry: str) -> None:
    cosign = "docker run --rm --network supply -v keys:/keys -w /keys -e COSIGN_PASSWORD=secret drydock/cosign:2"
    verify = f"verify --insecure-ignore-tlog=true --allow-http-registry {_REGISTRY}/app:1 --key"
    sh(
        f"""
        {cosign} generate-key-pair
        {cosign} sign --yes --key cosign.key --tlog-upload=false --allow-http-registry {_REGISTRY}/app@{registry}
        """,
        "cosign",
    )
    (claim,) = json.loads(sh(f"{cosign} {verify} cosign.pub"))
    assert claim["critical"]["image"]["docker-manifest-digest"] == registry
    other = "docker run --rm -v keys:/keys -e COSIGN_PASSWORD=x --entrypoint sh drydock/cosign:2 -c"
    sh(f"{other} 'mkdir /keys/other && cd /keys/other && cosign generate-key-pair'")
    assert "no matching signatures" in sh(f"{cosign} {verify} other/cosign.pub", fails=True)


def test_syft_lists_what_is_in_an_image(sh: Shell, registry: str) -> None:
    said = sh(
        f"docker run --rm --network supply -e SYFT_REGISTRY_INSECURE_USE_HTTP=true drydock/syft:1 -q -o json"
        f" registry:{_REGISTRY}/app:1",
        "syft",
    )
    found = {artifact["name"]: artifact["version"] for artifact in json.loads(said)["artifacts"]}
    assert found["busybox-static"] == next(i for i in manifest() if i.name == "busybox").packages["busybox-static"]
    archive = "docker save drydock/nginx:1 | docker run --rm -i --entrypoint sh drydock/syft:1 -c"
    assert '"nginx"' in sh(f"{archive} 'cat > /tmp/image.tar; syft -q -o spdx-json docker-archive:/tmp/image.tar'")


def test_hadolint_judges_a_dockerfile(sh: Shell) -> None:
    judge = "docker run --rm -i drydock/hadolint:2"
    said = sh(f"printf 'FROM drydock/busybox\\nRUN cd /tmp\\n' | {judge} hadolint --no-color -", "hadolint", fails=True)
    assert "DL3006 warning: Always tag the version" in said and "DL3003" in said
    assert sh(f"printf 'FROM drydock/busybox:1\\nWORKDIR /tmp\\n' | {judge}") == ""
