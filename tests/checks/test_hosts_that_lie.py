"""A host whose real dockerd listens, and another program of the student's answers: whatever it says is no excuse.

What it says is believed (docs/security.md, "Hosts inside a lab"); so it may earn points, and never *could not check*.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from grader.engines.protocol import Engine
from grader.report.render import report_as_text
from grader.report.verdicts import Status
from tests.checks.conftest import engine_with
from tests.checks.test_checks_blame import report_of

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

#: Who began to listen becomes dockerd, and stays stopped; its child has the socket, too, and answers.
LIAR = """
import json, os, signal, socket, sys, time
lie = json.loads(sys.argv[1])
if os.fork():
    os.wait()  # Process 1 can't be stopped from inside.
    sys.exit()
ear = socket.socket(socket.AF_UNIX)
ear.bind("/run/begun.sock")
ear.listen(99)
if not os.fork():
    while os.readlink("/proc/%d/exe" % os.getppid()) != "/usr/sbin/dockerd":
        time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGSTOP)
    os.rename("/run/begun.sock", "/run/docker.sock")
else:
    os.execv("/usr/sbin/dockerd", ["dockerd", "-H", "unix:///run/elsewhere.sock"])
while True:
    visitor = ear.accept()[0]
    try:
        asked = visitor.recv(65536).decode("latin1").split(" ")[1].split("?")[0]
        part = next((lie[end] for end in lie if asked.endswith(end)), lie[""])
        body = part.encode("latin1", "replace")
        head = ["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: %d" % len(body), "", ""]
        visitor.sendall("\\r\\n".join(head).encode() + body)
        visitor.close()
    except OSError:
        pass
"""
_VERSION = json.dumps({"ApiVersion": "1.45", "Version": "26"})
_RUNS = {"Status": "running", "Running": True, "Pid": 1, "Health": {"Status": "starting"}}
_CHECK = {"Healthcheck": {"Test": ["CMD", "true"]}, "Labels": {}}
_WEB = {"Id": "0" * 64, "Name": "/web", "State": _RUNS, "Config": _CHECK, "HostConfig": {}, "RepoDigests": []}
_UNABLE = {
    "MemoryLimit": False,
    "Warnings": ["WARNING: No blkio throttle.read_bps_device support"],
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "SecurityOptions": ["name=rootless"],
}
#: What it answers to a path that ends so; "" to all others.
LIES: dict[str, dict[str, str]] = {
    "no-json": {"/version": _VERSION, "": "{"},
    "null": {"/version": _VERSION, "": "null"},
    "list": {"/version": _VERSION, "": '[1, "x", null, [], {}]'},
    "lists-for-texts": {"/version": _VERSION, "": json.dumps({key: [1] for key in _WEB} | {"Name": "/web"})},
    "no-more-events": {"/version": _VERSION, "/events": "", "": json.dumps(_WEB)},
    "old": {"/version": json.dumps({"ApiVersion": "1.30"}), "": json.dumps(_WEB)},
    "no-version": {"/version": json.dumps({"ApiVersion": ["x"]}), "": json.dumps(_WEB)},
    "unable": {"/version": _VERSION, "/info": json.dumps(_UNABLE), "": json.dumps(_WEB)},
}
#: Some words of each kind, and those that may excuse.
ASKED: list[Callable[[Any], object]] = [
    lambda host: host.container("web").has_exited(0),
    lambda host: host.container("web").becomes_healthy(within=1),
    lambda host: host.container("web").limited_to(memory="64m"),
    lambda host: host.container("web").limits_device("/dev/null", read_bps="1m"),
    lambda host: host.container("web").has_healthcheck(start_interval=2),
    lambda host: host.container("web").has_healthcheck_that_can_fail(),
    lambda host: host.image("web").has_digest(),
    lambda host: host.volume("hold").has_label("seal", "wax"),
    lambda host: host.network("front").has_only_members("nobody"),
    lambda host: host.event("container", "die", "nobody").happened(),
    lambda host: host.service("lamp").has_replicas(77, within=1),
    lambda host: host.node("vega").is_down(within=1),
    lambda host: host.replica("lamp").is_running().logs_contain("never"),
    lambda host: host.project("shop").service("web").has_replicas(77),
    lambda host: host.daemon().has_label("no", "such").is_rootless(False, excused=True),
]


@pytest.fixture(scope="module")
def sea() -> Iterator[Engine]:
    with engine_with(image="host") as engine:
        yield engine


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_of_a_hosts_gets_an_excuse(sea: Engine, lie: str) -> None:
    def ask_all(t: Any) -> None:
        for ask in ASKED:
            ask(t.host(f"liar-{lie}"))

    with closing(sea.endpoint.client(timeout=60)) as client:
        liar = client.containers.run(
            "drydock/host",
            ["-c", LIAR, json.dumps(LIES[lie])],
            entrypoint=["python3"],
            name=f"liar-{lie}",
            detach=True,
            privileged=True,
        )
        try:
            listens = "for _ in $(seq 600); do [ -S /run/docker.sock ] && exit; sleep 0.1; done; exit 1"
            assert liar.exec_run(["sh", "-c", listens]).exit_code == 0
            report = report_of(sea, ask_all)
        finally:
            liar.remove(force=True)
    assert len(report.verdicts) >= len(ASKED), report_as_text(report)
    assert not [one for one in report.verdicts if one.status is Status.COULD_NOT_CHECK], report_as_text(report)
    # It was asked, for it passes as the daemon.
    assert "another program" not in report_as_text(report)
