"""The microVM engine's parts that need no guest."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.engines import EngineError, canary, engine_class
from grader.engines.choice import best_kind
from grader.engines.microvm import hardware, kernel, qemu, template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.microvm.forwarding import ApiSocket, _Changes
from grader.engines.microvm.guest import cpio
from grader.engines.microvm.guest_agent import GuestAgent
from grader.engines.microvm.place import GuestFolder, Owner, TemplateFolder
from grader.engines.protocol import Probe
from grader.engines.published_ports import PublishedPorts, _published
from grader.engines.relay import Relay
from grader.files import sha256_of
from grader.images.tree import FileTree

MIB = 2**20


# -- bad luck


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def with_tools(folder: Path, *without: str) -> None:
    """A folder for PATH with links to all that the engine needs but these."""
    for tool in qemu.TOOLS:
        there = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if there and tool not in without:
            (folder / tool).symlink_to(there)


def test_a_missing_qemu_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_tools(tmp_path, qemu.PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path))
    probe = qemu.trouble()
    assert probe is not None and not probe.works
    assert probe.reason == "Missing programs: qemu-system-x86_64."
    assert "apt-get install qemu-system-x86" in probe.remedy


def test_an_old_qemu_is_named_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_tools(tmp_path, qemu.PROGRAM)
    program(tmp_path, qemu.PROGRAM, 'echo "QEMU emulator version 7.2.9 (Debian 1:7.2+dfsg-7)"')
    monkeypatch.setenv("PATH", str(tmp_path))
    probe = qemu.trouble()
    assert probe is not None and not probe.works
    assert "9.0 or newer" in probe.reason and "7.2.9" in probe.reason


def test_a_qemu_that_does_not_start_is_not_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_tools(tmp_path, qemu.PROGRAM)
    program(tmp_path, qemu.PROGRAM, "exit 127")
    monkeypatch.setenv("PATH", str(tmp_path))
    probe = qemu.trouble()
    assert probe is not None and not probe.works


def test_without_qemu_the_next_engine_is_taken_or_all_reasons_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_tools(tmp_path, qemu.PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path))
    for kind in ("native", "rootless"):
        monkeypatch.setattr(engine_class(kind), "probe", lambda: Probe(False, "not here."))
    monkeypatch.setattr(engine_class("dind"), "probe", lambda: Probe(True, "an outer Docker"))
    assert best_kind() == "dind"
    monkeypatch.setattr(engine_class("dind"), "probe", lambda: Probe(False, "no outer Docker."))
    with pytest.raises(EngineError) as told:
        best_kind()
    assert "microvm: Missing programs: qemu-system-x86_64. dind: no outer Docker." in str(told.value)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (
            ("memory.max", "memory.current", "memory.stat"),
            (f"{500 * MIB}", f"{300 * MIB}", f"inactive_file {30 * MIB}\nactive_file {20 * MIB}"),
        ),
        (
            ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
            (
                f"{500 * MIB}",
                f"{300 * MIB}",
                f"cache 1\ninactive_file 7\ntotal_cache 1\ntotal_inactive_file {50 * MIB}",
            ),
        ),
    ],
)
def test_a_containers_memory_limit_counts(tmp_path: Path, names: tuple[str, ...], values: tuple[str, ...]) -> None:
    (tmp_path / "memory").mkdir()
    for name, value in zip(names, values, strict=True):
        (tmp_path / name).write_text(f"{value}\n")
    assert hardware.left_of_limits(tmp_path) == [250 * MIB]


def test_no_memory_limit_is_none(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1\n")
    (tmp_path / "memory.stat").write_text("inactive_file 1\n")
    assert hardware.left_of_limits(tmp_path) == []


def test_too_little_memory_or_disk_is_said_with_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    assert hardware.trouble() is None
    with monkeypatch.context() as patch:
        patch.setattr(hardware, "MEMORY_NEEDED", 2**50)
        probe = hardware.trouble()
        assert probe is not None and not probe.works and "MiB of free memory" in probe.reason
    monkeypatch.setattr(hardware, "DISK_NEEDED", 2**60)
    probe = hardware.trouble()
    assert probe is not None and not probe.works and str(tmp_path / "run") in probe.reason


def test_a_lab_that_is_kept_on_a_full_disk_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hardware, "DISK_NEEDED", 2**60)
    with pytest.raises(EngineError, match=rf"MiB of room in {tmp_path}"):
        MicrovmEngine.kept(tmp_path / "lab", shares=[], progress=None)


def test_a_port_that_is_taken_is_told_and_had_later(tmp_path: Path) -> None:
    status = tmp_path / "relay.json"

    async def scene() -> tuple[str, str]:
        relay = Relay(GuestAgent(1, ""), status)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            await relay.follow({port})
            first = status.read_text()
        await relay.follow({port})
        second = status.read_text()
        await relay.follow(set())
        return first, second

    first, second = asyncio.run(scene())
    assert '"listening": []' in first and "in use" in first and "127.0.0." in first
    assert '"refused": {}' in second and "127.0.0." not in second


# -- whether KVM works


def test_without_a_usable_device_there_is_nothing_to_try(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hardware, "_DEVICE", tmp_path / "kvm")
    assert hardware.known() is qemu.TCG


def test_a_device_is_tried_and_the_answer_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A device that opens and is no KVM: QEMU fails at once, which is the answer until the machine boots again."""
    device = tmp_path / "kvm"
    device.touch()
    monkeypatch.setattr(hardware, "_DEVICE", device)
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    assert hardware.known() is None
    assert hardware.decide(tmp_path / "no-kernel", tmp_path / "no-initrd") is qemu.TCG
    assert hardware.known() is qemu.TCG
    note = tmp_path / "microvm/kvm.json"
    note.write_text(note.read_text().replace("QEMU emulator", "another"))
    assert hardware.known() is None


# -- the template


@pytest.fixture
def made(tmp_path: Path) -> TemplateFolder:
    folder = TemplateFolder(tmp_path / "made")
    folder.path.mkdir()
    for path in template._files(folder):
        path.write_bytes(path.name.encode() * 1000)
    template._write_record(folder, {path.name: sha256_of(path) for path in template._files(folder)})
    return folder


def test_a_template_is_whole(made: TemplateFolder) -> None:
    assert template._intact(made)
    assert template.verify(made)


def test_one_changed_byte_is_seen_whatever_the_times_say(made: TemplateFolder) -> None:
    before = made.memory.stat()
    content = bytearray(made.memory.read_bytes())
    content[500] ^= 1
    made.memory.write_bytes(content)
    os.utime(made.memory, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not template._intact(made)


@pytest.mark.parametrize("harm", ["short", "gone", "no record", "half a record"])
def test_other_damage_is_seen(made: TemplateFolder, harm: str) -> None:
    if harm == "short":
        os.truncate(made.disk, 10)
    elif harm == "gone":
        made.state.unlink()
    elif harm == "no record":
        made.record.unlink()
    else:
        made.record.write_text(made.record.read_text()[:100])
    assert not template._intact(made)


def test_a_copied_template_is_whole_and_hashed_once(made: TemplateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = TemplateFolder(made.path.with_name("copy"))
    shutil.copytree(made.path, copy.path)
    assert template._intact(copy)

    def not_again(path: Path) -> str:
        raise AssertionError(path)

    monkeypatch.setattr(template, "sha256_of", not_again)
    assert template._intact(copy)


@pytest.mark.parametrize("harm", ["folder of all", "cache of all", "of somebody else"])
def test_nothing_is_started_from_what_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """Two users with one cache: the one's template would be the other's machine."""
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path / "cache"))
    store = tmp_path / "cache/microvm"
    store.mkdir(parents=True)
    template._require_own(store)
    if harm == "folder of all":
        store.chmod(0o777)
    elif harm == "cache of all":
        store.parent.chmod(0o777)
        with pytest.raises(EngineError):
            template._require_own(store)
        store.parent.chmod(0o1777)
        template._require_own(store)
        store.parent.chmod(0o777)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        if os.getuid() == 0:
            os.chown(store, 1, 1)
    with pytest.raises(EngineError, match="Other users of this machine can write to"):
        template.ensure()


def test_a_labs_first_disk_is_made_again_where_the_template_was_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    launched = []

    def launch(owner: Owner) -> None:
        launched.append((owner._spec.boot_disk, owner.folder.disk.read_text()))
        if launched[-1][1] == "damaged":
            raise EngineError("nonsense")

    def template_of(content: str) -> template.Template:
        made = TemplateFolder(tmp_path / content)
        made.path.mkdir()
        for path in (made.disk, made.kernel, made.initrd):
            path.write_text(content)
        return template.Template(made, qemu.TCG)

    found = map(template_of, ("damaged", "sound"))
    monkeypatch.setattr(template, "ensure", lambda **_options: next(found))
    monkeypatch.setattr(template, "verify", lambda folder: folder.path.name == "sound")
    monkeypatch.setattr(MicrovmEngine, "probe", lambda *_self: Probe(True, ""))
    monkeypatch.setattr(Owner, "launch", launch)
    monkeypatch.setattr(canary, "prove", lambda *_words: None)
    settled: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: settled.append(Path(f"/proc/self/fd/{file}").read_text()))
    lab = tmp_path / "run" / "lab"
    MicrovmEngine(folder=lab).start()
    assert launched == [("", "damaged"), ("", "sound")]
    assert GuestFolder(lab).boots.exists()
    # What it boots from is there after a power cut, too: disk, kernel, initrd.
    assert settled[-3:] == ["sound"] * 3


def test_a_removal_that_was_killed_is_ended_by_the_next_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = TemplateFolder(tmp_path / "key")
    made.path.mkdir()
    made.record.touch()
    monkeypatch.setattr(template.shutil, "rmtree", lambda _path, ignore_errors: None)
    template.forget(made)
    template.forget(made)
    assert [path.name[0] for path in tmp_path.iterdir()] == ["."]


# -- the machine


def machine(folder: Path, shares: list[Path]) -> list[str]:
    return qemu.Machine(
        accelerator=qemu.TCG,
        kernel=folder / "k",
        initrd=folder / "i",
        disk=qemu.layered_disk(folder / "a,b", folder / "layer"),
        memory=folder / "memory",
        keeps_memory=False,
        key_file=folder / "key",
        monitor=folder / "m",
        console=folder / "console",
        shares=shares,
    ).command()


def test_commas_in_folders_do_not_end_an_option(tmp_path: Path) -> None:
    command = machine(tmp_path / "x,y", [tmp_path / "p,q"])
    assert any(f"path={tmp_path}/p,,q," in word for word in command)
    assert any("x,,y/a,,b" in word for word in command)
    assert not any("x,y" in word for word in command if "=" in word and "kernel" not in word)


def test_the_guest_reaches_no_network_and_only_the_agent_is_forwarded(tmp_path: Path) -> None:
    (net,) = [word for word in machine(tmp_path, []) if word.startswith("user,")]
    assert "restrict=on" in net
    assert net.count("hostfwd=") == 1 and "hostfwd=tcp:127.0.0.1:0-" in net


def test_who_goes_with_answers_unread_leaves_no_connection(tmp_path: Path) -> None:
    async def scene() -> None:
        ended = asyncio.Event()

        async def guest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"log\n")
            await reader.read()
            ended.set()
            writer.close()

        server = await asyncio.start_server(guest, "127.0.0.1")
        api = ApiSocket(GuestAgent(server.sockets[0].getsockname()[1], "key"), _nothing_before)
        await api.open(tmp_path / "s")
        with socket.socket(socket.AF_UNIX) as client:
            await asyncio.to_thread(client.connect, str(tmp_path / "s"))
            assert await asyncio.to_thread(client.recv, 1) == b"l"
        await asyncio.wait_for(ended.wait(), 30)
        api.close()
        server.close()

    async def _nothing_before(*, ends: bool) -> None:
        del ends

    asyncio.run(scene())


# -- the kernel's modules and the first disk


def module(tree: FileTree, name: str, *, needs: str = "", alias: str = "") -> None:
    info = f"\0license=GPL\0depends={needs}\0alias={alias}\0".encode()
    tree.file(f"usr/lib/modules/6.1-test/kernel/{name}.ko", b"\x7fELF" + info)


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    tree = FileTree()
    tree.file("boot/vmlinuz-6.1-test", b"")
    module(tree, "ext4", needs="mbcache,jbd2")
    module(tree, "mbcache")
    module(tree, "jbd2", needs="crc32c-base")
    module(tree, "crc32c-base", alias="crypto-crc32c")
    found = kernel.Kernel(tree)
    assert found.version == "6.1-test"
    modules = found.modules(["ext4", "not-there"])
    order = list(modules)
    assert set(order) == {"ext4", "mbcache", "jbd2", "crc32c_base"}
    assert order.index("crc32c_base") < order.index("jbd2") < order.index("ext4")
    root = FileTree()
    kernel.install(root, found.version, modules)
    needs = root.read("usr/lib/modules/6.1-test/modules.dep").decode()
    line = next(line for line in needs.splitlines() if line.startswith("kernel/ext4.ko:"))
    assert line.index("jbd2") < line.index("crc32c-base")
    assert b"alias crypto-crc32c crc32c_base" in root.read("usr/lib/modules/6.1-test/modules.alias")


@pytest.mark.skipif(shutil.which("cpio") is None and shutil.which("busybox") is None, reason="nothing reads cpio here")
def test_the_first_disk_is_an_archive_that_others_read() -> None:
    archive = cpio([("bin", 0o40755, b""), ("bin/tool", 0o100755, b"odd"), ("init", 0o100755, b"#!/bin/sh\n")])
    reader = ["cpio"] if shutil.which("cpio") else ["busybox", "cpio"]
    listed = subprocess.run([*reader, "-t"], input=archive, capture_output=True, check=True).stdout.decode()
    assert listed.split() == ["bin", "bin/tool", "init"]


# -- ports


@pytest.mark.parametrize(
    ("request_line", "begins", "ends"),
    [
        (b"POST /v1.45/containers/abc/start HTTP/1.1\r\n", True, False),
        (b"POST /v1.45/containers/abc/restart?t=0 HTTP/1.1\r\n", True, False),
        (b"POST /v1.45/networks/front/connect HTTP/1.1\r\n", True, False),
        (b"POST /containers/web/stop?t=1 HTTP/1.1\r\n", False, True),
        (b"DELETE /v1.41/containers/web?force=1 HTTP/1.1\r\n", False, True),
        (b"POST /v1.45/networks/front/disconnect HTTP/1.1\r\n", False, True),
        (b"POST /v1.45/networks/create HTTP/1.1\r\n", False, False),
        (b"GET /v1.45/containers/json HTTP/1.1\r\n", False, False),
        (b"POST /v1.45/containers/create HTTP/1.1\r\n", False, False),
        (b"POST /v1.45/containers/web/startle HTTP/1.1\r\n", False, False),
    ],
)
def test_which_requests_change_ports(request_line: bytes, begins: bool, ends: bool) -> None:
    changes = _Changes()
    changes.note(request_line)
    assert (changes.begins, changes.ends) == (begins, ends)


class CountedPorts(PublishedPorts):
    """Counts its looks at a daemon whose container "web" runs and publishes a port, and "job" runs and does not."""

    def __init__(self, folder: Path) -> None:
        super().__init__(GuestAgent(0, ""), folder / "status", moment=0)
        self.looks = 0
        self._running, self._publishing = {"web", "job"}, {"web"}

    async def refresh(self) -> None:
        self.looks += 1

    async def _runs(self, container: str) -> bool:
        return container in self._running


def event(what: str, action: str, container: str) -> dict[str, Any]:
    actor = {"ID": "front", "Attributes": {"container": container}} if what == "network" else {"ID": container}
    return {"Type": what, "Action": action, "Actor": {"Attributes": {}, **actor}}


@pytest.mark.parametrize(
    ("events", "looks"),
    [
        # One that the last look has seen, after its start; one that it has not.
        ([("container", "start", "job")], 0),
        ([("container", "start", "new")], 1),
        # One that publishes nothing ends, and starts again by itself.
        ([("container", "die", "job"), ("network", "disconnect", "job")], 0),
        ([("container", "die", "job"), ("container", "start", "job")], 1),
        ([("container", "die", "web")], 1),
        # Connected while it runs, and while it is being started.
        ([("network", "connect", "job")], 1),
        ([("network", "connect", "new")], 0),
        ([("network", "disconnect", "web")], 1),
    ],
)
def test_nobody_looks_where_no_port_can_have_changed(
    events: list[tuple[str, str, str]], looks: int, tmp_path: Path
) -> None:
    ports = CountedPorts(tmp_path)

    async def hear() -> None:
        for one in events:
            await ports._hear(event(*one))

    asyncio.run(hear())
    assert ports.looks == looks


def test_what_ends_is_looked_at_only_if_a_port_is_published(tmp_path: Path) -> None:
    ports = CountedPorts(tmp_path)
    asyncio.run(ports.before_answer(ends=True))
    assert ports.looks == 1
    ports._publishing = set()
    asyncio.run(ports.before_answer(ends=True))
    assert ports.looks == 1
    asyncio.run(ports.before_answer(ends=False))
    assert ports.looks == 2


def test_only_published_tcp_ports_count() -> None:
    containers = [
        {"Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 81, "Type": "tcp"}]},
        {"Ports": [{"PrivatePort": 53, "PublicPort": 5353, "Type": "udp"}]},
        {"Ports": None},
    ]
    assert _published(containers) == {8080}
