"""What the guest has of its own to be quick and right under emulation: one shim, crun's place, the clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_tests import eventually, needs_a_guest

from grader.engines.microvm import template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.microvm.guest_agent import GuestAgent
from grader.engines.microvm.place import GuestSpec, Owner, TemplateFolder

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    # Whoever comes first makes the template (minutes on a busy machine); then all is emulated.
    pytest.mark.timeout(1200),
    needs_a_guest(),
]
#: Needs more memory than it has; but not at once: containerd's shim looks for OOM kills once a container has
#: started (its task/service.go), and on a busy machine one was over by then.
BIG = "sleep 3; head -c 100m /dev/zero | tail"


@pytest.fixture(scope="module")
def guest() -> Iterator[MicrovmEngine]:
    with MicrovmEngine() as engine:
        yield engine


def the_clock_is_right(agent: GuestAgent) -> bool:
    """Whether as many seconds pass in the guest as here, as far as the time that the answers take lets us know."""

    def look() -> tuple[float, float, float]:
        asked = time.monotonic()
        uptime = float(agent.shell("cat /proc/uptime").split()[0])
        return asked, uptime, time.monotonic()

    first_asked, first, first_told = look()
    time.sleep(5)
    last_asked, last, last_told = look()
    at_most, at_least = last_told - first_asked, last_asked - first_told
    return 0.9 * at_least < last - first < 1.1 * at_most


def test_the_clock_runs_as_fast_as_here(guest: MicrovmEngine) -> None:
    """On a busy machine the kernel measured its counter badly, and the clock ran eight times too fast."""
    assert guest._owner is not None
    assert the_clock_is_right(guest._owner.agent())


def test_on_a_machine_with_another_counter_the_clock_goes_by_something_else(tmp_path: Path) -> None:
    made = template.ensure()
    elsewhere = TemplateFolder(tmp_path)
    for path in made.folder.path.iterdir():
        (tmp_path / path.name).symlink_to(path)
    elsewhere.counter.unlink()
    elsewhere.counter.write_text(str(int(made.folder.counter.read_text()) // 2))
    owner = Owner.for_throwaway(
        lambda folder: GuestSpec(folder=str(folder), template=str(tmp_path), accelerator=made.accelerator.name)
    )
    try:
        owner.launch()
        used = owner.agent().shell("cat /sys/devices/system/clocksource/clocksource0/current_clocksource")
        assert used.strip() == "acpi_pm"
        assert the_clock_is_right(owner.agent())
    finally:
        owner.end()


def shims(agent: GuestAgent) -> list[str]:
    return agent.shell("ps -o pid,args | grep '[c]ontainerd-shim-runc-v2 -namespace' | awk '{print $1}'").split()


def test_containers_share_one_shim_and_keep_their_own_ends(guest: MicrovmEngine) -> None:
    """guest/shim.c: no container starts a shim, and each has its own output, exit code, OOM kill and restarts."""
    assert guest._owner is not None
    agent, client = guest._owner.agent(), guest.endpoint.client(timeout=300)
    (shim,) = shims(agent)
    commands = {"said": "echo one; echo two >&2; exit 3", "killed": "sleep 1000", "again": "exit 4", "big": BIG}
    options = {"again": {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 2}}, "big": {"mem_limit": "24m"}}
    made = {
        name: client.containers.run("drydock/busybox:1", ["sh", "-c", command], detach=True, **options.get(name, {}))
        for name, command in commands.items()
    }
    try:
        assert made["killed"].exec_run(["sh", "-c", "echo in; exit 5"]) == (5, b"in\n")
        assert shims(agent) == [shim]
        made["killed"].kill()
        assert {name: one.wait()["StatusCode"] for name, one in made.items()} == {
            "said": 3, "killed": 137, "again": 4, "big": 137,
        }  # fmt: skip
        assert made["said"].logs(stderr=False) == b"one\n"
        assert made["said"].logs(stdout=False) == b"two\n"
        eventually(lambda: client.api.inspect_container(made["again"].id)["RestartCount"] == 2, within=60)
        eventually(lambda: client.api.inspect_container(made["big"].id)["State"]["OOMKilled"])
        states = {name: client.api.inspect_container(one.id)["State"] for name, one in made.items()}
        assert [name for name, state in states.items() if state["OOMKilled"]] == ["big"]
    finally:
        for one in made.values():
            one.remove(force=True)
        client.close()
    assert shims(agent) == [shim]
    bundles = "/run/containerd/daemon/io.containerd.runtime.v2.task/moby"
    assert agent.shell(f"ls {bundles}; grep -c merged /proc/mounts") == "0\n"


@pytest.mark.weekly
def test_the_shared_shims_death_is_told_and_later_containers_have_their_own() -> None:
    with MicrovmEngine() as engine:
        assert engine._owner is not None
        agent, client = engine._owner.agent(), engine.endpoint.client(timeout=300)
        running = client.containers.run("drydock/busybox:1", "sleep 1000", detach=True)
        (shim,) = shims(agent)
        agent.shell(f"kill -9 {shim}")
        assert running.wait()["StatusCode"] == 137
        running.start()
        assert running.exec_run("true").exit_code == 0
        assert len(shims(agent)) == 1
        assert shims(agent) != [shim]
        running.remove(force=True)
        assert shims(agent) == []
        client.close()


def test_cruns_program_can_only_be_read(guest: MicrovmEngine) -> None:
    """Otherwise crun copies itself, three times for each container."""
    assert guest._owner is not None
    (options,) = guest._owner.agent().shell("grep ' /usr/bin/crun ' /proc/mounts | cut -d' ' -f4").splitlines()
    assert "ro" in options.split(",")
