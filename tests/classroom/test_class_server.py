"""Two students on a real JupyterHub with its real proxy: their walls, what is kept, and what they hand in.

One Hub for all of it, as its start and the servers' take most of the time. The tests build on their order.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chromium import browser_page
from hub_client import PATIENCE, TOKEN, Hub, page, request, sign_in
from playwright.sync_api import expect

from grader.classroom.places import ClassFolder
from grader.classroom.running import gate_of
from grader.engines.folders import EngineFolder

pytestmark = [pytest.mark.daemon, pytest.mark.weekly]
_IMAGE = "drydock/busybox:1"


def _student(hub: Hub, name: str) -> Path:
    return ClassFolder(hub.folder).student(name).path


def test_each_student_is_who_the_hub_says(hub: Hub) -> None:
    for name in ("ada", "bob"):
        said = hub.sh(name, "id -un; whoami; docker ps -aq | wc -l; ls labs | head -1; df --output=target . | tail -1")
        home = _student(hub, name) / "disk/home"
        assert said.split() == [name, name, "0", "00-welcome", str(home)]


def test_published_ports_are_on_ones_own_localhost(hub: Hub) -> None:
    serve = f"docker run -d --name web -p 8080:80 {_IMAGE} sh -c 'echo {{}} > index.html; exec httpd -f' > /dev/null"
    ask = "for _ in $(seq 100); do curl -fsS localhost:8080 2>/dev/null && break; sleep 0.1; done"
    for name in ("ada", "bob"):
        hub.sh(name, serve.format(name))
    for name in ("ada", "bob"):
        assert hub.sh(name, ask).strip() == name


def test_nobody_gets_at_another_student_or_the_hub(hub: Hub) -> None:
    bob = _student(hub, "bob")
    hub.sh("bob", "echo bobs-secret > ~/secret; (exec -a bobs-process sleep 1000) > /dev/null 2>&1 &")
    assert (bob / "disk/home/secret").read_text() == "bobs-secret\n"
    look = f"""
    cat {bob}/disk/home/secret; ls {bob} {bob.parent} {hub.folder}/hub /root /proc/1/root/
    cat {hub.folder}/hub/jupyterhub_config.py {hub.folder}/hub/cookie_secret
    docker run --rm --privileged --pid host --net host -v /:/host {_IMAGE} sh -c '
        cat /host{bob}/disk/home/secret; ls /host{bob.parent} /host{hub.folder}; cat /host{hub.folder}/hub/*
        cat /host/proc/*/cmdline /proc/*/cmdline /proc/*/environ | tr "\\0" "\\n"
        mount -t ext4 /dev/loop0 /mnt; ls /mnt'
    DOCKER_HOST=unix://{bob}/engine/s/docker.sock docker version
    tr '\\0' '\\n' < /proc/1/environ; cat /proc/*/cmdline | tr '\\0' '\\n'
    """
    said = hub.sh("ada", look)
    assert "ada" in said
    for secret in ("bobs-secret", "bobs-process", TOKEN, "DummyAuthenticator", "CONFIGPROXY_AUTH_TOKEN"):
        assert secret not in said, said
    assert "bob" not in said.replace(str(bob), ""), said


def test_the_machines_ports_are_out_of_reach_but_for_the_hubs_api(hub: Hub) -> None:
    bobs = json.loads((_student(hub, "bob") / "to-server.json").read_text())["listening"][0]
    closed = [hub.port, hub.proxy_port, bobs]
    for port in closed:
        said = hub.sh("ada", f"curl -sS -m 5 http://localhost:{port}/ 2>&1 || echo refused")
        assert said.strip().endswith("refused"), port


def test_a_students_token_opens_nothing_of_others(hub: Hub) -> None:
    ask = "curl -s -o /dev/null -w '%{{http_code}} ' -H \"Authorization: token $JUPYTERHUB_API_TOKEN\" "
    paths = ("users", "users/bob", "users/bob/server", "users/bob/tokens", "proxy", "shutdown")
    said = hub.sh("ada", "".join(f"{ask.format()} $JUPYTERHUB_API_URL/{path}; " for path in paths))
    assert set(said.split()) <= {"403", "404", "405"}, said


def test_a_student_asks_the_hub_for_nothing_but_its_api(hub: Hub) -> None:
    ask = "curl -s -m 60 -o /dev/null -w '%{http_code} ' "
    here = "${JUPYTERHUB_API_URL%/hub/api}"
    said = hub.sh("ada", "".join(f"{ask} {here}/{path}; " for path in ("hub/api/", "hub/login", "hub/home", "")))
    assert said.split() == ["200", "000", "000", "000"]


def test_what_is_said_of_a_server_at_its_start_fills_nothing(hub: Hub) -> None:
    # Whom no server is made for: the Hub has kept it all by then.
    hub.ask("POST", "/users/nobody")
    for size, code in ((60_000, 500), (1_000_000, 400)):
        # Of the large one the Hub may have closed before all is sent.
        with pytest.raises(OSError) as refused:
            hub.ask("POST", "/users/nobody/server", {"note": "x" * size})
        assert getattr(refused.value, "code", 400) == code
    hub.ask("PATCH", "/users/nobody/servers/", {"user_options": {"note": "x" * 1000}})
    server = hub.ask("GET", "/users/nobody?include_stopped_servers")["servers"][""]
    assert server["user_options"] == {}


_FORK_BOMB = """
import os, signal
made = []
try:
    while len(made) < 5000:
        child = os.fork()
        if not child:
            signal.pause()
        made.append(child)
except OSError as error:
    print(error.strerror)
for child in made:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print(len(made) < 600)
"""


def test_a_bomb_costs_the_others_nothing(hub: Hub) -> None:
    said = hub.sh("ada", f"python -c '{_FORK_BOMB}'")
    assert said.splitlines() == ["Resource temporarily unavailable", "True"]
    said = hub.sh("ada", f"docker run --name hungry {_IMAGE} tail /dev/zero; docker inspect -f '{{{{.State}}}}' hungry")
    assert " 137 " in said
    said = hub.sh("ada", "dd if=/dev/zero of=large bs=1M count=2000; rm large")
    assert "No space left" in said
    assert hub.sh("bob", "curl -s localhost:8080").strip() == "bob"
    assert hub.sh("ada", "curl -s localhost:8080").strip() == "ada"


def _processor(hub: Hub, name: str) -> tuple[int, int, int]:
    """Of all that is a student's: periods of its quota, those in which it was used up, and microseconds used."""
    told: dict[str, int] = {}
    for group in EngineFolder(_student(hub, name) / "engine").noted_groups():
        for file in (group / "cpuacct.usage", group / "cpu.stat"):
            if file.exists():
                # cgroup v1 has one number in a file of its own (nanoseconds), v2 all in one.
                lines = file.read_text().replace("\n", " ").split()
                told |= {"usage_usec": int(lines[0]) // 1000} if len(lines) == 1 else _pairs(lines)
    return told["nr_periods"], told["nr_throttled"], told["usage_usec"]


def _pairs(words: list[str]) -> dict[str, int]:
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def test_busy_loops_of_one_get_their_processor_and_no_more(hub: Hub) -> None:
    """By the kernel's own counters, and no clock."""
    before = _processor(hub, "ada")
    loop = f"docker run -d --name busy-$n {_IMAGE} sh -c 'while :; do :; done'"
    hub.sh(
        "ada", f"touch ~/busy; for n in 1 2 3; do {loop}; done; (while [ -e ~/busy ]; do :; done) > /dev/null 2>&1 &"
    )
    deadline = time.monotonic() + PATIENCE
    while (after := _processor(hub, "ada"))[1] < before[1] + 20:
        assert time.monotonic() < deadline, (before, after)
        time.sleep(0.5)
    periods, _throttled, used = (now - then for now, then in zip(after, before, strict=True))
    # One processor's 100 ms a period; the kernel gives it away in slices of 5 ms, a last one for each processor.
    assert used <= (periods + 2) * 100_000 * 1.1, (before, after)
    assert hub.sh("bob", "curl -s localhost:8080").strip() == "bob"
    assert "busy-3" in hub.sh("ada", "rm ~/busy; docker rm -f busy-1 busy-2 busy-3")


def test_a_container_fills_its_students_disk_and_no_other(hub: Hub) -> None:
    home = _student(hub, "ada") / "disk/home"
    fill = f"docker run --name heavy -v heavy:/data {_IMAGE} dd if=/dev/zero of=/data/large bs=1M count=2000"
    empty = f"docker rm heavy; docker volume rm heavy; docker run --rm {_IMAGE} echo works again"
    with ThreadPoolExecutor() as pool:
        # In one notebook, for where a disk is full no kernel starts.
        said = pool.submit(hub.sh, "ada", f"cd; {fill}; touch full; until [ -e go ]; do sleep 0.2; done; {empty}")
        while not (home / "full").exists() and not said.done():
            time.sleep(0.2)
        try:
            assert (_student(hub, "ada") / "disk.img").stat().st_blocks * 512 <= 1.05 * 1024**3
            write = f"dd if=/dev/zero of=large bs=1M count=50 && rm large; docker run --rm {_IMAGE} echo bob works"
            others = hub.sh("bob", f"{write}; curl -s localhost:8080")
        finally:
            (home / "go").touch()
    assert "No space left on device" in said.result() and "works again" in said.result(), said.result()
    assert "bob works\nbob\n" in others and "No space" not in others, others


def test_the_hub_comes_back_under_running_servers(hub: Hub) -> None:
    before = (_student(hub, "ada") / "lock").read_text()
    hub.end()
    hub.start()
    hub.await_server("ada")
    assert (_student(hub, "ada") / "lock").read_text() == before
    assert hub.sh("ada", "curl -s localhost:8080").strip() == "ada"


def test_a_hub_that_is_killed_as_a_server_starts_locks_nobody_out(hub: Hub) -> None:
    student = ClassFolder(hub.folder).student("cy")
    with ThreadPoolExecutor() as pool:
        # It answers when the server has started.
        pool.submit(hub.begin, "cy")
        deadline = time.monotonic() + PATIENCE
        while (left := gate_of(student)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        hub.kill()
    assert gate_of(student) == left
    hub.start()
    # Without a Hub its server gives up after 46 seconds, and a busy machine's Hub may need more.
    assert not hub.is_ready("cy") and gate_of(student) in (left, None)
    hub.begin("cy")
    hub.await_server("cy")
    assert gate_of(student) not in (None, left)
    hub.stop("cy")


def test_checks_that_only_look_run_by_themselves_here_too(hub: Hub) -> None:
    seen = "grep -q '\"by_itself\": true' ../../.progress/00-welcome.json 2>/dev/null"
    work = "docker run --name hello drydock/busybox:1 echo hello, harbour"
    look = f"until {seen}; do sleep 0.2; done | python -m grader.panel.auto_checks 00-welcome 2>&1"
    said = hub.sh("bob", f"cd labs/00-welcome; {work}; {look}; {seen} && echo seen; docker rm -f hello")
    assert "\nseen\n" in said, said


def test_the_teacher_sees_who_is_where_and_no_student_does(hub: Hub) -> None:
    hub.sh("ada", "drydock check 00 2>&1")
    url = f"http://127.0.0.1:{hub.port}/services/class/"
    deadline = time.monotonic() + PATIENCE
    # The student's gate looks every two seconds.
    while "of 9 tasks passed" not in (said := page(url)):
        assert time.monotonic() < deadline, said
        time.sleep(0.5)
    assert all(f">{name}</td>" in said for name in ("ada", "bob")) and "2 servers run." in said, said
    assert "<h1>" not in page(f"{url}?live")
    adas = hub.sh("ada", "printenv JUPYTERHUB_API_TOKEN").strip()
    for token in (adas, "wrong", ""):
        assert "bob" not in page(url, token)
    # As people come there: by the Hub's page for logging in.
    for name, sees in (("teacher", True), ("eve", False)):
        with browser_page() as shown:
            shown.goto(url)
            sign_in(shown, name)
            if sees:
                as_of = shown.get_by_text("As of ").inner_text(timeout=PATIENCE * 1000)
                expect(shown.get_by_role("cell", name="bob", exact=True)).to_be_visible()
                expect(shown.get_by_text(as_of)).to_have_count(0, timeout=PATIENCE * 1000)
                expect(shown.get_by_text("As of ")).to_be_visible()
            else:
                expect(shown.get_by_text("403")).to_be_visible(timeout=PATIENCE * 1000)


def test_a_stopped_server_comes_back_with_its_containers(hub: Hub) -> None:
    said = hub.sh("ada", f"docker rm -f hungry; docker run -d --name always --restart always {_IMAGE} sleep 100000")
    assert len(said.split()[-1]) == 64, said
    hub.stop("ada")
    disk = _student(hub, "ada") / "disk"
    assert not disk.is_mount()
    hub.begin("ada")
    hub.await_server("ada")
    said = hub.sh("ada", "docker ps -a --format '{{.Names}} {{.State}}' | sort")
    assert said.split() == ["always", "running", "web", "exited"]


def test_a_killed_gate_is_followed_by_another(hub: Hub) -> None:
    os.kill(int((_student(hub, "ada") / "lock").read_text()), signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while hub.is_ready("ada"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    hub.begin("ada")
    hub.await_server("ada")
    assert "always" in hub.sh("ada", "docker ps --format '{{.Names}}'")


def test_the_courses_own_commands_find_the_daemon_that_is_there(hub: Hub) -> None:
    said = hub.sh(
        "bob", "drydock up 2>&1; drydock status; drydock check 00 2>&1; drydock down; drydock check 00 --fresh"
    )
    for sentence in ("Docker ", "export DOCKER_HOST=unix://", "Lab daemon: ", "tasks passed", "Stop My Server"):
        assert sentence in said, said
    assert "no room for the second Docker" in said, said


def test_the_images_that_a_lab_declares_come_without_a_network(hub: Hub) -> None:
    connect = "from grader.notebook import connect; connect('20-delivery', images=['git'])"
    deadline = time.monotonic() + PATIENCE
    # Another process makes them where they are not there yet.
    while "connected" not in (said := hub.sh("bob", f'cd labs/20-delivery; python -c "{connect}" 2>&1')):
        assert "not made yet" in said and time.monotonic() < deadline, said
        time.sleep(2)
    assert "drydock/git" in hub.sh("bob", "docker images")
    said = hub.sh(
        "bob", "touch $DRYDOCK_CACHE/images/archives/x; rm -f $DRYDOCK_CACHE/images/archives/*; ls $DRYDOCK_CACHE"
    )
    assert "Read-only file system" in said and "Permission denied" not in said and said.endswith("images\n"), said


def test_reset_brings_a_docker_that_is_as_new_and_keeps_the_files(hub: Hub) -> None:
    hub.sh(
        "bob", f"docker run -d --name mine --restart always -v kept:/kept {_IMAGE} sleep 100000; echo mine > labs/mine"
    )
    before = (_student(hub, "bob") / "lock").read_text()
    with contextlib.suppress(urllib.error.HTTPError):
        # The server may end before the kernel's end is asked of it.
        hub.sh("bob", "drydock reset > labs/said 2>&1")
    deadline = time.monotonic() + PATIENCE
    while hub.is_ready("bob"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    for _start in ("as new", "kept as always"):
        hub.begin("bob")
        hub.await_server("bob")
        assert (_student(hub, "bob") / "lock").read_text() != before
        said = hub.sh(
            "bob", f"docker ps -aq; docker volume ls -q; cat labs/mine labs/said; docker run --rm {_IMAGE} echo ran"
        )
        assert said.splitlines()[0] == "mine" and "comes back" in said.splitlines()[1], said
        assert said.splitlines()[-1] == "ran", said
        hub.stop("bob")
    hub.begin("bob")
    hub.await_server("bob")


def test_what_is_handed_in_is_the_one_who_handed_it_in(hub: Hub) -> None:
    place = ClassFolder(hub.folder)
    lab = "00-welcome"
    (place.outbound / lab).mkdir(parents=True)
    (place.outbound / lab / f"{lab}.ipynb").write_bytes((place.shown / "labs" / lab / f"{lab}.ipynb").read_bytes())
    said = hub.sh("bob", f"cd labs && nbgrader submit {lab} 2>&1")
    assert "Submitted as" in said, said
    # By hand, and for somebody else: with what nbgrader would not write.
    hub.sh(
        "ada",
        f"""
        cd ~/.exchange/drydock/inbound; d="bob+{lab}+2020-01-01 00:00:00.000000 UTC+x"; mkdir "$d"; cd "$d"
        echo forged > {lab}.ipynb; ln -s /etc/shadow shadow; ln -s {hub.folder}/hub hub; mkfifo pipe
        echo me > submission_secret.txt; chmod 777 .
        """,
    )
    deadline = time.monotonic() + PATIENCE
    while len(found := [path for path in place.inbound.iterdir() if not path.name.startswith(".")]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    names = {path.name.split("+")[0]: path for path in found}
    assert set(names) == {"ada", "bob"}
    assert (names["ada"] / f"{lab}.ipynb").read_text() == "forged\n"
    assert {path.name for path in names["ada"].iterdir()} == {f"{lab}.ipynb", "submission_secret.txt", "timestamp.txt"}
    assert not (names["ada"] / "timestamp.txt").read_text().startswith("2020")
    assert json.loads((names["bob"] / f"{lab}.ipynb").read_text())["cells"]
    # What is too much goes nowhere, and who handed it in reads so beside the labs.
    said = hub.sh("bob", f"cd labs; mkdir {lab}/many; (cd {lab}/many; touch $(seq 2001)); nbgrader submit {lab} 2>&1")
    assert "Submitted as" in said, said
    shown = f"http://127.0.0.1:{hub.port}/user/bob/api/contents"
    assert "HAND-INS.txt" in [entry["name"] for entry in request(shown)["content"]]
    while "REFUSED" not in (text := request(f"{shown}/HAND-INS.txt")["content"]):
        assert time.monotonic() < deadline, text
        time.sleep(0.2)
    assert f"{lab}: handed in\n" in text and len([*place.inbound.glob(f"bob+{lab}+*")]) == 1
    gate = _student(hub, "bob")
    assert f"handed in: bob+{lab}+" in (gate / "gate.log").read_text()
    # No file's end that grows with what is said: grader/processes.py.
    assert Path(f"/proc/{(gate / 'lock').read_text()}/fd/2").readlink().name.startswith("pipe:")
