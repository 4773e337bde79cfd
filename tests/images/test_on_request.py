"""What only some labs declare does its job on a real daemon: a supply chain, logs, metrics, backups and more."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from grader.engines import Engine, best_engine
from grader.engines.lab_images import bring
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


def test_rsyslog_takes_what_a_container_says(sh: Shell) -> None:
    said = sh(
        """
        docker run -d --name syslog -p 127.0.0.1::514 drydock/rsyslog:8 >&2
        address=tcp://$(docker port syslog 514/tcp)
        until_ 'docker run --rm --log-driver syslog --log-opt syslog-address='$address' --log-opt tag=shop \\
            --log-opt syslog-format=rfc5424micro drydock/busybox:1 echo parcel 7'
        until_ 'docker logs syslog | grep parcel'
        until_ 'docker exec syslog grep parcel /var/log/messages'
        docker logs syslog
        """,
        "rsyslog",
    )
    assert any(" shop" in line and line.endswith(" parcel 7") for line in said.splitlines()), said


def test_the_log_receiver_takes_gelf_and_fluentd(sh: Shell) -> None:
    script = """
        docker run -d --name receiver -p 127.0.0.1::12201/udp -p 127.0.0.1::12201/tcp -p 127.0.0.1::24224 \\
            drydock/log-receiver:1 >&2
        until_ 'docker logs receiver 2>&1 | grep "GELF on port"'
        say() { docker run --rm --log-driver $1 --log-opt $1-address=$2 --log-opt tag=$3 \\
            drydock/busybox:1 sh -c "$4" >&2; }
        udp=udp://$(docker port receiver 12201/udp) tcp=tcp://$(docker port receiver 12201/tcp)
        say gelf $udp small 'echo parcel 7'
        say gelf $udp chunked 'head -c 9000 /dev/urandom | base64 -w0'
        say gelf $tcp stream 'echo parcel 8; echo parcel 9'
        say fluentd $(docker port receiver 24224) forward 'echo parcel 10; echo ещё >&2'
        until_ '[ $(docker logs receiver 2>/dev/null | wc -l) -ge 6 ]'
        docker logs receiver 2>/dev/null
    """
    told = [json.loads(line) for line in sh(script, "log-receiver").splitlines()]
    gelf = {(one["_tag"], one["short_message"]) for one in told if one["via"] == "gelf"}
    assert {("small", "parcel 7"), ("stream", "parcel 8"), ("stream", "parcel 9")} <= gelf
    (long,) = (text for tag, text in gelf if tag == "chunked")
    assert len(long) == 12000
    fluentd = {(one["tag"], one["source"], one["log"]) for one in told if one["via"] == "fluentd"}
    assert fluentd == {("forward", "stdout", "parcel 10"), ("forward", "stderr", "ещё")}


def test_prometheus_scrapes_itself_and_alertmanager_gets_an_alert(sh: Shell) -> None:
    script = """
        docker network create watch >&2
        docker run --rm -i --entrypoint sh -v watch:/conf drydock/prometheus:2 -c 'cat > /conf/prometheus.yml' <<'END'
global: {scrape_interval: 10s, evaluation_interval: 1s}
rule_files: [/conf/rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ["alerts:9093"]}]}]}
scrape_configs: [{job_name: prometheus, static_configs: [{targets: ["localhost:9090"]}]}]
END
        docker run --rm -i --entrypoint sh -v watch:/conf drydock/prometheus:2 -c 'cat > /conf/rules.yml' <<'END'
groups: [{name: test, rules: [{alert: IsUp, expr: up == 1, labels: {severity: page}}]}]
END
        docker run -d --network watch --name alerts drydock/alertmanager:0 >&2
        docker run -d --network watch --name metrics -v watch:/conf drydock/prometheus:2 \\
            --config.file=/conf/prometheus.yml --storage.tsdb.path=/prometheus >&2
        ask() { docker exec metrics wget -qO- "$1"; }
        until_ 'ask http://alerts:9093/api/v2/alerts | grep IsUp'
        ask 'http://localhost:9090/api/v1/query?query=up'; echo
        ask http://alerts:9093/api/v2/alerts; echo
        docker exec alerts amtool --alertmanager.url http://localhost:9093 alert query >&2
        ask http://localhost:9090/graph | grep -c 'Prometheus'
    """
    up, alerts, pages = filter(None, sh(script, "prometheus", "alertmanager").splitlines())
    (series,) = json.loads(up)["data"]["result"]
    assert (series["metric"]["job"], series["value"][1]) == ("prometheus", "1")
    assert json.loads(alerts)[0]["labels"]["severity"] == "page"
    assert int(pages) > 0


def test_haproxy_spreads_requests(sh: Shell) -> None:
    script = """
        docker network create spread >&2
        for name in one two; do
            docker run -d --network spread --name $name drydock/busybox:1 \\
                sh -c "mkdir /www; echo $name > /www/index.html; httpd -f -p 80 -h /www" >&2
        done
        docker run --rm -i -v spread:/conf drydock/busybox:1 sh -c 'cat > /conf/haproxy.cfg' <<'END'
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen web
    bind :80
    server one one:80
    server two two:80
END
        docker run -d --network spread --name balancer -v spread:/usr/local/etc/haproxy drydock/haproxy:3 >&2
        ask() { docker run --rm --network spread drydock/busybox:1 wget -qO- http://balancer/; }
        until_ ask
        for number in 1 2 3 4; do ask; done
        docker stop --time 100 balancer >&2
        docker inspect --format '{{.State.ExitCode}}' balancer
    """
    said = sh(script, "haproxy").split()
    assert sorted(said) == ["0", "one", "one", "two", "two"]


def test_restic_restores_the_same_bytes_from_its_server(sh: Shell) -> None:
    script = """
        docker network create backups >&2
        docker run -d --network backups --name keeper -e DISABLE_AUTHENTICATION=1 -e OPTIONS=--append-only \\
            drydock/rest-server:0 >&2
        docker run --rm -v work:/work drydock/busybox:1 \\
            sh -c 'head -c 3000000 /dev/urandom > /work/data; echo hi > /work/t'
        restic() { docker run --rm --network backups -e RESTIC_PASSWORD=secret -v "$1:/work" drydock/restic:0 \\
            -r rest:http://keeper:8000/shop "${@:2}"; }
        until_ 'docker exec keeper wget -qO- -S http://localhost:8000/ 2>&1 | grep HTTP'
        restic work init >&2
        restic work backup --host shop /work >&2
        restic again restore latest --target /work >&2
        for volume in work again; do
            docker run --rm -v $volume:/v drydock/busybox:1 sh -c 'cd /v; [ ! -d work ] || cd work; sha256sum data t'
        done
        restic work forget latest >&2 || true
        restic work snapshots --json
    """
    *sums, snapshots = sh(script, "restic", "rest-server").splitlines()
    assert sums[:2] == sums[2:] and len(sums) == 4
    assert len(json.loads(snapshots)) == 1, "a server that only appends forgets nothing"


def test_sshd_lets_a_key_in_and_no_other(sh: Shell) -> None:
    script = """
        docker network create ships >&2
        docker run -d --network ships --name server -v sshkeys:/keys drydock/openssh:10 >&2
        ssh_() { docker run --rm --network ships -v sshkeys:/keys drydock/openssh:10 "$@"; }
        for name in mine other; do ssh_ ssh-keygen -q -t ed25519 -N '' -f /keys/$name; done
        docker exec server sh -c 'cat /keys/mine.pub > /etc/ssh/authorized_keys'
        options="-o StrictHostKeyChecking=accept-new -o BatchMode=yes"
        until_ 'docker exec server nc localhost 22 </dev/null | grep SSH'
        ssh_ ssh $options -i /keys/mine app@server 'id -un; hostname'
        docker inspect --format '{{slice .Id 0 12}}' server
        fetch="echo get /etc/hostname /tmp/copy | sftp -q $options -i /keys/mine app@server && cat /tmp/copy"
        ssh_ sh -c "$fetch" | tail -1
        ssh_ ssh $options -i /keys/other app@server true 2>&1 | tail -1
    """
    who, host, name, copied, refused = sh(script, "openssh").splitlines()
    assert (who, host, copied) == ("app", name, name)
    assert "Permission denied (publickey)" in refused


def test_git_calls_a_hook_when_commits_come(sh: Shell) -> None:
    said = sh(
        """
        docker run --rm -i drydock/git:2 sh -e <<'END' 2>&1
        git init -q --bare there.git
        cd there.git/hooks
        printf '#!/bin/sh\nread -r old new branch\ngit archive "$new" | tar -t\necho "came: $branch"\n' >post-receive
        chmod +x post-receive
        cd ../..
        git clone -q there.git here && cd here
        echo tide >tables.txt && git add -A && git commit -qm one && git push -q origin main
END
        """,
        "git",
    )
    assert "remote: tables.txt" in said
    assert "remote: came: refs/heads/main" in said
