"""Every expectation on a real daemon, on a state that meets it and on one that does not.

A row is two lines of a check cell, as an author writes them, and a part of what the failure must say.
"""

# ruff: noqa: E501 (a row is one line)

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest
import signing

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, Verdict, files, fingerprint
from grader.checks.answer import Answer
from grader.checks.build import Build, Builder
from grader.checks.commands import Outcome
from grader.checks.container import Container, programs
from grader.checks.event import Event
from grader.checks.expectation import Subject, expectations_of
from grader.checks.folder import Folder, Place
from grader.checks.image import Image, Images, contents
from grader.checks.network import Network
from grader.checks.project import Project, Service
from grader.checks.registry import Registry, RegistryImage
from grader.checks.volume import Volume, Volumes
from grader.docker_api.errors import Unavailable
from grader.engines.protocol import Engine
from grader.report.render import report_as_text

pytestmark = pytest.mark.daemon

HERE = Path(__file__).parent
KINDS = {
    "container": Container,
    "image": Image,
    "images": Images,
    "folder": Folder,
    "build": Build,
    "builder": Builder,
    "network": Network,
    "project": Project,
    "service": Service,
    "volume": Volume,
    "volumes": Volumes,
    "registry": Registry,
    "ri": RegistryImage,
    "answer": Answer,
    "event": Event,
}


@dataclass(frozen=True)
class Row:
    """Two expectations, one that holds and one that does not, and a piece of what the second says."""

    right: str
    wrong: str
    says: str

    def __str__(self) -> str:
        return self.right


def _rows(table: str) -> Iterator[Row]:
    """From the texts below: right | wrong | says, one a line."""
    for line in table.strip().splitlines():
        if line and not line.startswith("#"):
            right, wrong, says = re.split(r"\s+\|\s+", line.strip())
            yield Row(right, wrong, says)


def verdicts_with(check: Checks, names_of: Callable[[Any], dict[str, Any]], *sources: str) -> list[Verdict]:
    """On rows' sides, in one task. ``names_of``: the short names in them, by the task."""
    with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
        for source in sources:
            eval(source, {"t": t, **names_of(t)})
    return list(check.reports["row"].verdicts)


def all_are_tried(rows: list[Row], kinds: dict[str, type[Subject]]) -> None:
    """Each expectation of these kinds has a right and a wrong row, which begins as is told."""
    for begins, kind in kinds.items():
        for side in ("right", "wrong"):
            told = {found[1] for row in rows if (found := re.match(rf"{begins}\(.*?\)\.(\w+)\(", getattr(row, side)))}
            assert set(expectations_of(kind)) <= told, f"{begins}, {side}"


# A subject is written short: c: container, i: image, n: network, v: volume, p: project, r: registry, ri: image in one.
TABLE = r"""
# state
c("ck-live").exists() | c("ck-nobody").exists() | no container named ck-nobody
c("ck-live").is_running() | c("ck-done").is_running() | exited with code 3
c("ck-paused").is_paused() | c("ck-live").is_paused() | running
c("ck-done").is_stopped() | c("ck-live").is_stopped() | running
c("ck-created").is_created() | c("ck-done").is_created() | exited with code 3
c("ck-done").has_exited(3) | c("ck-done").has_exited(0) | exited with code 3
c("ck-done").has_exited(3, platform="linux/amd64") | c("ck-none").has_exited(3, platform="linux/amd64") | no container named ck-none
c("ck-oom").was_oom_killed() | c("ck-done").was_oom_killed() | not killed for want of memory
c("ck-done").was_oom_killed(False) | c("ck-oom").was_oom_killed(False) | killed for want of memory
c("ck-live").has_health("healthy") | c("ck-sick").has_health("healthy") | no good
c("ck-done").has_health("none") | c("ck-live").has_health("none") | healthy
c("ck-sick").has_healthcheck_that_can_fail() | c("ck-live").has_healthcheck_that_can_fail() | code 0: no output
c("ck-sick").has_healthcheck_that_can_fail() | c("ck-done").has_healthcheck_that_can_fail() | no health check
c("ck-live").becomes_running(within=5) | c("ck-done").becomes_running(within=0.3) | exited with code 3
c("ck-live").becomes_healthy(within=10) | c("ck-sick").becomes_healthy(within=0.3) | no good
c("ck-sick").becomes_unhealthy(within=10) | c("ck-live").becomes_unhealthy(within=0.3) | healthy
c("ck-sick").becomes_unhealthy(within=10) | c("ck-lost").becomes_unhealthy(within=0.3) | exited with code 0
c("ck-done").exits(within=5, code=3) | c("ck-live").exits(within=0.3) | running
c("ck-crash").has_restarted(at_least=2, at_most=2) | c("ck-live").has_restarted() | 0 times
c("ck-crash").has_restarted(at_least=2, within=5) | c("ck-live").has_restarted(within=0.3) | 0 times
c("ck-desk").loses_no_request("sleep 1", path="/hosts", containing="localhost") | c("ck-desk").loses_no_request(["sh", "-c", "killall httpd; sleep 4; httpd -h /etc"], path="/hosts") | lost,
c("ck-desk").loses_no_request("sleep 1", path="/hosts") | c("ck-desk").loses_no_request("false", path="/hosts") | 0 lost
c("ck-desk").loses_no_request("sleep 1", path="/hosts") | c("ck-done").loses_no_request("true") | exited with code 3
c("ck-phoenix").comes_back(within=20) | c("ck-mortal").comes_back(within=8) | exited with code 137
c("ck-live").has_restart_policy("on-failure", max_retries=3) | c("ck-crash").has_restart_policy("on-failure", max_retries=3) | on-failure:2
c("ck-done").has_restart_policy("no") | c("ck-live").has_restart_policy("always") | on-failure:3
c("ck-broken").failed_to_start(because="no such file") | c("ck-done").failed_to_start() | exited with code 3
c("ck-live").has_never_stopped() | c("ck-sick").has_never_stopped() | and was started again
c("ck-peer").has_never_stopped() | c("ck-done").has_never_stopped() | exited with code 3
c("ck-joined").started_after("ck-live") | c("ck-live").started_after("ck-joined") | ck-live started at
# made of
c("ck-live").made_from("drydock/busybox") | c("ck-live").made_from("ck/app:1") | drydock/busybox:1
c("ck-created").made_from("ck/app:same") | c("ck-created").made_from("drydock/busybox:1") | ck/app:1
c("ck-oom").has_command("tail /dev/zero") | c("ck-oom").has_command(["tail"]) | "/dev/zero"
c("ck-paused").has_same_command_as("ck-joined") | c("ck-live").has_same_command_as("ck-oom") | "/dev/zero"
c("ck-paused").has_same_environment_as("ck-oom") | c("ck-live").has_same_environment_as("ck-paused") | MODE=prod
c("ck-created").has_entrypoint(["echo", "hello"]) | c("ck-done").has_entrypoint("sh") | []
c("ck-live").has_env(MODE="prod", GREETING="a=b") | c("ck-live").has_env(MODE="dev") | MODE=prod
c("ck-live").has_env_like("MODE", "^pr") | c("ck-live").has_env_like("MODE", "^dev$") | MODE=prod
c("ck-live").has_no_env("SECRET") | c("ck-live").has_no_env("MODE") | MODE=prod
c("ck-live").inspect_lacks("hunter2") | c("ck-live").inspect_lacks("prod") | Config.Env
c("ck-live").has_label("team", "blue") | c("ck-live").has_label("team", "red") | team=blue
c("ck-live").has_label_like("team", "bl.e") | c("ck-live").has_label_like("team", "^lue") | team=blue
c("ck-live").has_no_label("secret") | c("ck-live").has_no_label("team") | team=blue
c("ck-created").runs_as("harbour") | c("ck-live").runs_as("harbour") | root
c("ck-done").runs_as("0") | c("ck-created").runs_as("root") | harbour
c("ck-live").has_hostname("box") | c("ck-done").has_hostname("box") | -
c("ck-live").has_workdir("/tmp/") | c("ck-live").has_workdir("/srv") | /tmp
c("ck-live").exposes(4000) | c("ck-done").exposes(4000) | no exposed port
c("ck-done").does_not_expose(4000) | c("ck-live").does_not_expose(4000) | 4000/tcp
c("ck-live").has_stop_signal("INT") | c("ck-done").has_stop_signal("SIGINT") | SIGTERM
c("ck-live").has_healthcheck("test -f", interval="1s", retries=2) | c("ck-live").has_healthcheck(interval=2) | interval 1s
c("ck-live").has_healthcheck(start_interval=5, timeout=30) | c("ck-done").has_healthcheck() | no health check
c("ck-live").has_healthcheck(retries=2, at_least={"interval": "1s", "timeout": 5}) | c("ck-live").has_healthcheck(at_least={"interval": "2s"}) | interval 2s or more
c("ck-live").has_healthcheck(at_least={"retries": 1}) | c("ck-live").has_healthcheck(at_least={"retries": 3}) | retries 3 or more
c("ck-live").has_healthcheck(at_most={"interval": "1s"}) | c("ck-live").has_healthcheck(at_most={"retries": 1}) | retries 1 or less
c("ck-done").has_no_healthcheck() | c("ck-live").has_no_healthcheck() | test -f /etc/passwd
c("ck-tty").has_tty() | c("ck-done").has_tty() | no
c("ck-tty").is_interactive() | c("ck-live").is_interactive() | no
c("ck-host").removes_itself() | c("ck-live").removes_itself() | no
c("ck-live").has_init() | c("ck-done").has_init() | no
# limits
c("ck-live").limited_to(memory="64m", memory_swap="128m", memory_reservation="32m") | c("ck-live").limited_to(memory="65m") | 64MiB
c("ck-live").limited_to(cpus=0.5, cpu_shares=512, cpuset="0", pids=50, shm="8m") | c("ck-done").limited_to(pids=50) | not set
c("ck-done").has_no_limit("memory") | c("ck-live").has_no_limit("memory") | 64MiB
c("ck-done").has_no_limit("pids") | c("ck-live").has_no_limit("cpus") | 0.5
c("ck-done").has_no_limit("blkio_weight") | c("ck-done").limited_to(blkio_weight=500) | not set
c("ck-live").has_limit_at_most("memory", "64m") | c("ck-live").has_limit_at_most("memory", "63m") | 64MiB
c("ck-live").has_limit_at_most("cpus", 1) | c("ck-done").has_limit_at_most("cpus", 1) | not set
c("ck-lazy").uses_cpus(0.1) | c("ck-swift").uses_cpus(0.1) | in 0 periods
c("ck-lazy").uses_cpus(0.1, period=0.05) | c("ck-lazy").uses_cpus(0.2) | periods of 50 ms
c("ck-lazy").uses_cpus(0.11) | c("ck-live").uses_cpus(0.5, period=0.05) | periods of 100 ms
c("ck-swift").outruns("ck-faint", times=4) | c("ck-faint").outruns("ck-swift", times=4) | s of CPU time; ck-swift:
c("ck-swift").outruns("ck-faint", times=3) | c("ck-swift").outruns("ck-done", times=4) | exited with code 3
c("ck-live").has_ulimit("nofile", soft=100, hard=200) | c("ck-live").has_ulimit("nofile", soft=100) | nofile=100:200
# mounts
c("ck-live").mounts_volume("ck-data", at="/data", read_only=True) | c("ck-live").mounts_volume("ck-data", at="/data", read_only=False) | volume ck-data -> /data (read-only)
c("ck-live").mounts_anonymous_volume(at="/anonymous") | c("ck-live").mounts_anonymous_volume(at="/data") | ck-data
c("ck-live").mounts_folder(at="/host", source=HERE) | c("ck-live").mounts_folder(at="/data") | volume ck-data
c("ck-live").has_tmpfs("/scratch", size="16m") | c("ck-live").has_tmpfs("/data") | tmpfs of 16MiB -> /scratch
c("ck-live").has_tmpfs("/fast", size="1m") | c("ck-live").has_tmpfs("/fast", size="2m") | tmpfs of 1MiB -> /fast
c("ck-done").has_no_mounts() | c("ck-live").has_no_mounts() | /host
c("ck-live").has_no_mount(at="/nowhere") | c("ck-live").has_no_mount(at="/data") | ck-data
# networks
c("ck-live").publishes(18080, container_port=80) | c("ck-live").publishes(80, container_port=18080) | 80/tcp -> 0.0.0.0:18080
c("ck-live").publishes(container_port=80, host_ip="127.0.0.1") | c("ck-live").publishes(container_port=81) | 127.0.0.1:18081
c("ck-peer").publishes_nothing() | c("ck-live").publishes_nothing() | 18080
c("ck-live").on_network("ck-front", alias="api", ip="172.30.77.10") | c("ck-live").on_network("ck-front", alias="db") | api
c("ck-peer").on_network("ck-front") | c("ck-done").on_network("ck-front") | bridge
c("ck-done").not_on_network("ck-front") | c("ck-live").not_on_network("ck-front") | ck-front as
c("ck-live").on_only_networks("ck-front") | c("ck-live").on_only_networks("ck-front", "bridge") | ck-front as
c("ck-tty").has_network_mode("none") | c("ck-live").has_network_mode("none") | ck-front
c("ck-joined").has_network_mode("container:ck-live") | c("ck-joined").has_network_mode("container:ck-peer") | container:
c("ck-done").has_network_mode("bridge") | c("ck-host").has_network_mode("bridge") | host
c("ck-live").has_dns("192.0.2.53") | c("ck-done").has_dns("192.0.2.53") | no server of its own
c("ck-live").has_extra_host("extra", "192.0.2.7") | c("ck-done").has_extra_host("extra", "192.0.2.7") | no extra hosts
c("ck-live").answers_http(18080, "/passwd", containing="root:", headers={"Content-Length": ""}) | c("ck-live").answers_http(18080, "/none", within=0.3) | status 404
c("ck-live").answers_http(18081, "/none", status=404) | c("ck-live").answers_http(18099) | does not publish port 18099
c("ck-peer").answers_http(6379, "/passwd", inside=True, containing="root:", headers={"Content-Length": ""}) | c("ck-peer").answers_http(6379, "/passwd", inside=True, lacking="root:", within=0.3) | root:
c("ck-peer").answers_http(6379, "/none", inside=True, status=404) | c("ck-done").answers_http(80, inside=True) | exited with code 3
c("ck-web").was_visited("/hello", network="container:ck-guest") | c("ck-web").was_visited("/hello", network="host") | the check's own came from
c("ck-web").was_visited("/hello", network="ck-market") | c("ck-web").was_visited("/never", network="ck-market") | nobody has got status
c("ck-web").was_visited("/alone", network="container:ck-web", address="127.0.0.1") | c("ck-web").was_visited("/alone", network="container:ck-web") | the check's own came from
c("ck-web").was_visited("/hello", port=18083, published=True) | c("ck-web").was_visited("/alone", port=18083, published=True) | 127.0.0.1
c("ck-web").was_visited("/hello", network="container:ck-guest") | c("ck-forged").was_visited("/hello", network="host") | tells nothing of a visit that the check has just made
c("ck-web").was_visited("/hello", network="container:ck-guest") | c("ck-done").was_visited("/hello") | exited with code 3
c("ck-live").listens_on(80, address="0.0.0.0") | c("ck-live").listens_on(81) | :80/tcp
c("ck-peer").resolves("api", "172.30.77.10") | c("ck-peer").resolves("nobody") | bad address
c("ck-live").resolves("extra") | c("ck-done").resolves("api") | exited with code 3
c("ck-peer").does_not_resolve("nobody") | c("ck-peer").does_not_resolve("api") | 172.30.77.10
c("ck-live").reaches("peer", 6379) | c("ck-live").reaches("peer", 1, within=0.3) | refused
c("ck-tty").cannot_reach("172.30.77.10", 80) | c("ck-peer").cannot_reach("api", 80) | a connection
# rights
c("ck-live").adds_capability("NET_BIND_SERVICE") | c("ck-done").adds_capability("CAP_CHOWN") | none added
c("ck-live").drops_capability("all") | c("ck-done").drops_capability("ALL") | none dropped
c("ck-live").has_only_capabilities("NET_BIND_SERVICE", "chown") | c("ck-live").has_only_capabilities("CHOWN") | CHOWN, NET_BIND_SERVICE
c("ck-done").has_only_capabilities("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT") | c("ck-host").has_only_capabilities() | no capability
c("ck-host").is_privileged() | c("ck-live").is_privileged() | no
c("ck-live").is_privileged(False) | c("ck-host").is_privileged(False) | yes
c("ck-live").has_read_only_root() | c("ck-done").has_read_only_root() | no
c("ck-live").has_security_option("no-new-privileges:true") | c("ck-done").has_security_option("seccomp") | no security options
c("ck-host").has_pid_mode("host") | c("ck-done").has_pid_mode("host") | private
c("ck-joined").has_pid_mode("container:ck-live") | c("ck-joined").has_pid_mode("container:ck-peer") | container:
c("ck-live").has_ipc_mode("shareable") | c("ck-live").has_ipc_mode("host") | shareable
c("ck-host").has_uts_mode("host") | c("ck-done").has_uts_mode("host") | private
c("ck-done").has_userns_mode("private") | c("ck-done").has_userns_mode("host") | private
c("ck-live").has_sysctl("net.ipv4.ip_unprivileged_port_start", "80") | c("ck-done").has_sysctl("net.core.somaxconn", "1") | none set
# by effect
c("ck-tty").can("chown", "kill", "raw_socket") | c("ck-live").can("chown", "kill", "raw_socket") | chown: done, kill: Operation not permitted (EPERM), raw_socket: Operation
c("ck-live").can("low_port", "chown") | c("ck-bare").can("low_port", "chown") | low_port: done, chown: Operation not permitted (EPERM)
c("ck-live").cannot("mount", "setgid") | c("ck-admin").cannot("mount") | mount: done
c("ck-admin").can("mount", "unshare", "chroot") | c("ck-tty").can("mount", "unshare", "chroot") | mount: Operation not permitted (EPERM), unshare: Operation not permitted (EPERM), chroot: done
c("ck-host").can("ptrace", "network", "keyctl") | c("ck-tty").can("ptrace", "network") | network: Operation not permitted (EPERM)
c("ck-bare").cannot("open", "chmod", "setuid") | c("ck-tty").cannot("open", "chmod", "setuid") | open: done, chmod: done, setuid: done
c("ck-bare").can("become_root") | c("ck-live").can("become_root", user="1000") | become_root: Operation not permitted (EPERM)
c("ck-live").cannot("become_root", user="1000") | c("ck-bare").cannot("become_root") | become_root: done
c("ck-profiled").cannot("chown", "keyctl") | c("ck-profiled").can("keyctl") | keyctl: the program is killed for it
c("ck-profiled").can("chmod") | c("ck-profiled").can("low_port") | there is no socket for it
c("ck-tty").can("setgid", user="root") | c("ck-tty").cannot("setgid", user="ghost") | unable to find user ghost
c("ck-tty").can("chroot") | c("ck-done").can("chroot") | exited with code 3
# logs
c("ck-live").logs_contain("oops") | c("ck-live").logs_contain("panic") | ready 42
c("ck-tty").logs_contain("on a terminal", within=3) | c("ck-live").logs_contain("panic", within=0.3) | ready 42
c("ck-live").logs_match(r"^ready \d+$") | c("ck-live").logs_match(r"^\d+ ready") | ready 42
c("ck-live").logs_lack("panic") | c("ck-live").logs_lack("oops") | oops
c("ck-live").logs_at_most(1, "ck-live", r"(\d+)") | c("ck-live").logs_at_most(0.5, "ck-live", r"(\d+)") | ck-live: 42; ck-live: 42
c("ck-live").logs_at_most(1, "ck-live", r"ready (\d+)", within=5) | c("ck-live").logs_at_most(1, "ck-done", r"ready (\d+)", within=5) | ck-done: no such number
c("ck-pinned").has_env_of_engine("PINNED", "user") | c("ck-live").has_env_of_engine("MODE", "user") | MODE=prod
c("ck-pinned").has_env_of_engine("PINNED", "user") | c("ck-live").has_env_of_engine("NOTHING", "user") | not set
c("ck-done").logs_contain("bye") | c("ck-host").logs_contain("x") | does not support reading
c("ck-host").keeps_no_log() | c("ck-live").keeps_no_log() | ready 42
c("ck-live").has_log_driver("json-file", max_size="10m") | c("ck-host").has_log_driver("json-file") | none
# inside
c("ck-live").runs(["cat", "/etc/hostname"], prints="box") | c("ck-live").runs(["cat", "/etc/hostname"], prints="ship") | code 0: box
c("ck-live").runs("sh -c 'echo $A >&2; exit 5'", env={"A": "hm"}, errors="hm", exit_code=5) | c("ck-live").runs("sh -c 'exit 5'") | code 5
c("ck-live").runs("pwd", workdir="/etc", matching="^/etc$", user="0") | c("ck-done").runs("true") | nothing can run in it
c("ck-live").runs("/no/such", exit_code=None) | c("ck-live").runs("/no/such") | no such file
c("ck-live").runs("echo a", lacks="b") | c("ck-live").runs("sleep 3", within=0.3) | still ran after
c("ck-done").has_file("/made", equals="made") | c("ck-done").has_file("/made", containing="sold") | made
c("ck-live").has_file("/scratch/memo", containing="memo", owner="root") | c("ck-live").has_file("/scratch/none") | nothing at /scratch/none
c("ck-live").has_file("/data/list.txt", mode="0600", owner=7, group=8) | c("ck-live").has_file("/data/list.txt", mode="0644") | mode 0600, owner 7:8
c("ck-live").has_file("/scratch", kind="folder") | c("ck-live").has_file("/scratch") | a folder
c("ck-done").has_no_file("/bin/ascii") | c("ck-done").has_no_file("/made") | a file
c("ck-live").has_process("httpd", user="root") | c("ck-live").has_process("nginx", within=0.3) | httpd
c("ck-peer").has_process("httpd -f -p 6379 -h /etc", whole=True) | c("ck-peer").has_process("httpd", whole=True, within=0.3) | httpd
c("ck-peer").has_process("httpd", exactly=1) | c("ck-peer").has_process("httpd", exactly=2, within=0.3) | httpd
c("ck-done").has_no_process("httpd") | c("ck-live").has_no_process("httpd", within=0.3) | httpd
c("ck-done").changed_file("/made", "added") | c("ck-done").changed_file("/made", "deleted") | added
c("ck-undead").has_zombies() | c("ck-undead").has_zombies(at_least=2, within=0.3) | sh
c("ck-undead").has_zombies(at_least=1) | c("ck-admin").has_zombies(within=0.3) | no zombies
c("ck-live").has_no_zombies() | c("ck-undead").has_no_zombies(within=0.3) | sh
c("ck-live").has_no_zombies() | c("ck-done").has_no_zombies() | exited with code 3
c("ck-done").changed_file("/bin/ascii", "deleted") | c("ck-live").changed_file("/made") | added
c("ck-done").left_unchanged("/etc/passwd") | c("ck-done").left_unchanged("/etc/group") | not changed /etc/group
c("ck-live").has_programs("sh", "cat", of="drydock/busybox:1") | c("ck-live").has_programs("docker", of=["drydock/busybox:1"]) | no program docker
c("ck-live").has_programs("sh", of="drydock/busybox:1") | c("ck-done").has_programs("sh", of="drydock/busybox:1") | nothing can run in it
# images
i("ck/app:1").exists() | i("ck/nothing:1").exists() | there is no image ck/nothing:1
i("ck/app:1").has_tag("ck/app:same") | i("ck/app:1").has_tag("ck/fat:1") | ck/app:same
i("ck/app:1").has_only_tags("ck/app:1", "ck/app:same") | i("ck/app:1").has_only_tags("ck/app:1") | ck/app:same
i("ck/app:1").differs_from("ck/fat:1") | i("ck/app:1").differs_from("ck/app:same") | and
i("ck/app:1").has_entrypoint("echo hello") | i("ck/app:1").has_entrypoint([]) | ["echo", "hello"]
i("ck/app:1").has_command("world") | i("ck/app:1").has_command("moon") | ["world"]
i("ck/app:1").has_env(MODE="dev", LEVEL="3") | i("ck/app:1").has_env(MODE="prod") | MODE=dev
i("ck/app:1").has_env_like("LEVEL", r"^\d$") | i("ck/app:1").has_env_like("SECRET", ".") | SECRET is not set
i("ck/app:1").has_no_env("SECRET") | i("ck/app:1").has_no_env("LEVEL") | LEVEL=3
i("ck/app:1").has_label("team") | i("ck/app:1").has_label("team", "red") | team=blue
i("ck/app:1").has_label_like("team", "^b") | i("ck/app:1").has_label_like("boss", ".") | team=blue
i("ck/app:1").has_no_label("boss") | i("ck/app:1").has_no_label("team") | team=blue
i("ck/app:1").has_workdir("/srv") | i("drydock/busybox:1").has_workdir("/srv") | /
i("ck/app:1").runs_as("harbour") | i("ck/fat:1").runs_as("harbour") | root
i("ck/app:1").exposes(9090, protocol="udp") | i("ck/app:1").exposes(9090) | 9090/udp
i("ck/app:1").does_not_expose(80) | i("ck/app:1").does_not_expose(8080) | 8080/tcp
i("ck/app:1").has_stop_signal("SIGINT") | i("ck/plain:1").has_stop_signal("SIGINT") | SIGTERM
i("ck/app:1").has_healthcheck("/srv/notes", interval="2s", timeout=3, start_period="1s", retries=2) | i("ck/app:1").has_healthcheck(retries=3) | retries 2
i("ck/plain:1").has_no_healthcheck() | i("ck/app:1").has_no_healthcheck() | test -f
i("ck/app:1").has_volume("/srv/data") | i("ck/app:1").has_volume("/data") | /srv/data
i("ck/app:1").has_no_volume("/data") | i("ck/app:1").has_no_volume("/srv/data/") | /srv/data
i("ck/app:1").has_shell(["/bin/sh", "-ec"]) | i("ck/plain:1").has_shell(["/bin/sh", "-ec"]) | []
i("ck/app:1").is_for_platform(ARCH) | i("ck/app:1").is_for_platform("riscv64") | linux/
i("localhost:18082/ck/pushed:1").has_digest() | i("ck/app:1").has_digest() | no digest
i("localhost:18082/ck/pushed:1").is_pushed() | i("localhost:18082/ck/never:1").is_pushed() | status 404
i("localhost:18082/ck/pushed:1").has_digest() | i("localhost:18082/ck/never:1").has_digest() | a digest of localhost:18082/ck/never
i("ck/app:1").is_smaller_than("ck/fat:1") | i("ck/fat:1").is_smaller_than("ck/app:1") | MB
i("ck/fat:1").is_larger_than("3MB") | i("ck/plain:1").is_larger_than("3MB") | more than 3MB
i("ck/fat:1").has_layers(at_least=4, at_most=6) | i("ck/app:1").has_layers(1) | layers
i("ck/fat:1").builds_on("ck/app:1") | i("ck/app:1").builds_on("ck/fat:1") | of the
i("ck/fat:1").shares_layers_with("ck/plain:1") | i("ck/fat:1").shares_layers_with("ck/plain:1", at_least=2) | 1 of the
i("ck/fat:1").shares_layers_with("ck/app:1", all_but=0) | i("ck/plain:1").shares_layers_with("ck/fat:1", all_but=1) | all but the last 1
i("ck/app:1").shares_layers_with("ck/fat:1", all_but=1) | i("ck/fat:1").shares_layers_with("ck/app:1", all_but=1) | all but the last 1
i("ck/fat:1").has_layers(1, above="ck/app:1") | i("ck/fat:1").has_layers(at_least=2, above="ck/app:1") | 1 layer
i("ck/app:1").history_contains("ARG SECRET=hunter2") | i("ck/app:1").history_contains("swordfish") | in none of its
i("ck/app:1").history_contains("ENV MODE", above="drydock/busybox:1") | i("ck/fat:1").history_contains("ENV MODE", above="ck/app:1") | in none of its
i("ck/fat:1").history_lacks("hunter2", above="ck/app:1") | i("ck/plain:1").history_lacks("hunter2", above="ck/app:1") | it was not built on ck/app:1
i("ck/app:1").layers_lack("/srv/key") | i("ck/key:1").layers_lack("/srv/key") | /srv/key in a layer
i("ck/key:1").layers_lack("notes") | i("ck/key:1").layers_lack("key") | /srv/key in a layer
i("ck/key:1").layers_lack(containing="swordfish") | i("ck/key:1").layers_lack(containing="hidden treasure") | /srv/key in a layer
i("ck/key:1").layers_lack("/srv/notes.txt", containing="treasure") | i("ck/key:1").layers_lack("/srv") | /srv in a layer
i("ck/rescued:1").history_contains("a note by hand") | i("ck/app:1").history_contains("a note by hand") | in none of its
i("ck/app:1").history_lacks("a note by hand") | i("ck/rescued:1").history_lacks("a note by hand") | a note by hand
i("ck/rescued:1").has_author("Ada") | i("ck/rescued:1").has_author("Ben") | Ada
i("ck/rescued:1").has_author() | i("ck/app:1").has_author() | no author
i("ck/app:1").history_lacks("swordfish") | i("ck/app:1").history_lacks("hunter2") | hunter2
i("ck/app:1").has_file("/srv/notes.txt", containing="tide", mode="0640", owner="harbour", group=10001) | i("ck/app:1").has_file("/srv/notes.txt", owner="root") | owner 10001:10001
i("ck/app:1").has_file("/srv/link.txt", equals="tide table") | i("ck/app:1").has_file("/srv/link.txt", links_to="/etc/passwd") | a symbolic link
i("ck/app:1").has_file("/srv/link.txt", links_to="notes.txt") | i("ck/app:1").has_file("/srv/none.txt") | there is nothing
i("ck/app:1").has_file("/srv/run.sh", executable_by="other", matching="^exit 0$") | i("ck/app:1").has_file("/srv/notes.txt", executable_by="any") | mode 0640
i("ck/app:1").has_file("/srv/notes.txt", sha256=NOTES, lacking="milk") | i("ck/app:1").has_file("/srv/notes.txt", lacking="tide") | tide table
i("ck/app:1").has_no_file("/srv/none.txt") | i("ck/app:1").has_no_file("/srv/notes.txt") | a file
i("ck/app:1").runs(prints="hello world") | i("ck/app:1").runs(["moon"], prints="hello world") | hello moon
i("ck/plain:1").runs(prints="out", errors="err", exit_code=4, lacks="nothing") | i("ck/plain:1").runs() | code 4: out
i("ck/app:1").runs(["-c", "id -u; echo $A; pwd"], entrypoint="sh", env={"A": "hm"}, matching=r"^10001\nhm\n/srv$") | i("ck/app:1").runs("3", entrypoint="sleep", within=0.5) | still ran
i("ck/plain:1").runs("pwd", workdir="/etc", user="1", prints="/etc") | i("ck/plain:1").runs("/no/such") | no such file
i("ck/polite:1").stops_within(15, ready="at work", code=0, says="bye") | i("ck/deaf:1").stops_within(0.5, ready="at work") | it still ran 0.5 s after SIGTERM: at work
i("ck/polite:1").stops_within(15, ready="at work") | i("ck/polite:1").stops_within(15, ready="at work", code=1) | code 0: at work
i("ck/polite:1").stops_within(15, ready="at work") | i("ck/polite:1").stops_within(15, ready="at work", says="goodbye") | code 0: at work
i("ck/polite:1").stops_within(15, ready="at work") | i("ck/plain:1").stops_within(5, ready="at work") | it never ran and said
i("ck/page:1").starts_with(1800, port=8000) | i("ck/busy:1").starts_with(1800, port=8000) | pages of memory
i("ck/page:1").starts_with(1800, port=8000) | i("ck/plain:1").starts_with(1800, port=8000) | it never answered at port 8000
# a project of Compose's, and its services
p("ck-shop").exists() | p("ck-none").exists() | the projects here: ck-shop
p("ck-none").is_gone() | p("ck-shop").is_gone() | still there: ck-shop-
p("ck-shop").has_only_services("web", "db", "once") | p("ck-shop").has_only_services("web", "db", "once", "tool") | db, once, web
p("ck-shop").service("web").is_running() | p("ck-shop").service("tool").is_running() | no container of a service tool; it has: db, once, web
p("ck-shop").service("once").has_exited(0) | p("ck-shop").service("once").is_running() | exited with code 0
p("ck-shop").service("db").has_replicas(2) | p("ck-shop").service("once").has_replicas(1) | none runs
p("ck-shop").service("tool").has_replicas(0) | p("ck-shop").service("db").has_replicas(1) | ck-shop-db-1, ck-shop-db-2
p("ck-shop").service("web").depends_on("db", condition="service_healthy") | p("ck-shop").service("web").depends_on("db") | db: service_healthy
p("ck-shop").service("web").depends_on("once", "service_completed_successfully") | p("ck-shop").service("db").depends_on("once") | waits for nobody
p("ck-shop").service("web").has_secret("key", equals="harbour-9c1f") | p("ck-shop").service("db").has_secret("key") | there is nothing
p("ck-shop").service("web").has_secret("key") | p("ck-shop").service("web").has_secret("shown") | shows it, too
p("ck-shop").service("web").mounts_folder(at="/site", source="project/site", read_only=True) | p("ck-shop").service("web").mounts_folder(at="/site", source="site") | project/site
p("ck-shop").service("web").answers_http(18084, "/cgi-bin/echo", json={"method": "GET", "ports.0.number": 80}, matching="^.\"method") | p("ck-shop").service("web").answers_http(18084, "/cgi-bin/echo", json={"ports.1.number": 80}, within=0.3) | "method": "GET"
c("ck-shop-web-1").answers_http(18084, "/cgi-bin/echo", send="moored", json={"method": "POST", "sent": "moored"}) | c("ck-shop-web-1").answers_http(18084, "/cgi-bin/echo", method="DELETE", json={"method": "POST"}, within=0.3) | "method": "DELETE"
c("ck-shop-web-1").answers_http(80, "/cgi-bin/echo", inside=True, send="moored", send_headers={"X-Token": "a b"}, json={"method": "POST", "sent": "moored"}) | c("ck-shop-web-1").answers_http(80, "/", inside=True, matching="^moon", within=0.3) | tide table
# builds, and the builder's cache
t.build("yard").works() | t.build("yard", dockerfile="broken.Dockerfile").works() | the build failed
t.build("yard").keeps("first.txt", after="second.txt") | t.build("yard").keeps("second.txt", after="second.txt") | run: COPY second.txt
t.build("yard").runs_again("second.txt", after="second.txt") | t.build("yard").runs_again("first.txt", after="second.txt") | CACHED COPY first.txt
t.build("yard").runs_at_most(1, after="second.txt") | t.build("yard").runs_at_most(1, after="first.txt") | run: RUN
t.build("yard").runs_at_most(0, after="idle.txt") | t.build("yard").runs_at_most(0, after="none.txt") | no file none.txt
t.build("yard").keeps("first.txt", after="ignored.txt") | t.build("yard").runs_again("first.txt", after="ignored.txt") | CACHED COPY first.txt
t.build("yard").prints("kept: 1", after="first.txt") | t.build("yard").prints("kept: 7", after="first.txt") | kept: 1
t.builder().has_record(type="regular") | t.builder().has_record("nobody's step") | none
t.builder().has_no_record("nobody's step") | t.builder().has_no_record(type="regular") | no record of regular
# the lab's folder
t.folder(".").exists() | t.folder("none").exists() | no folder none beside
t.folder("project").has_file("compose.yaml", matching="^services:", lacking="version:") | t.folder("project").has_file("Dockerfile") | there is nothing at Dockerfile
t.folder(".").has_file("project/site/cgi-bin/echo", executable_by="owner") | t.folder(".").has_file("project/site/index.html", executable_by="any") | tide table
t.folder(".").satisfies("seccomp.json", "grep -q SCMP_ACT", of="drydock/busybox:1") | t.folder(".").satisfies("seccomp.json", "grep -c SCMP_ACT", of="drydock/busybox:1") | code 0: 3
t.folder("project").satisfies("compose.yaml", "grep -q services", of="drydock/busybox:1") | t.folder("project").satisfies("compose.yaml", "grep -q wharf", of="drydock/busybox:1") | code 1: no output
t.folder("project/site").has_no_file("compose.yaml") | t.folder(".").has_no_file("world.sh") | a file
# networks
n("ck-front").exists() | n("ck-nothing").exists() | there is no network ck-nothing
n("ck-front").has_driver("bridge") | n("ck-front").has_driver("macvlan") | bridge
n("ck-front").has_option("com.docker.network.driver.mtu", "1400") | n("ck-front").has_option("com.docker.network.driver.mtu", "1500") | 1400
n("ck-front").has_label("team", "blue") | n("ck-inner").has_label("team") | no labels
n("ck-front").has_label_like("team", "^b") | n("ck-front").has_label_like("team", "^r") | team=blue
n("ck-inner").has_no_label("team") | n("ck-front").has_no_label("team") | team=blue
n("ck-inner").is_internal() | n("ck-front").is_internal() | no
n("ck-front").is_internal(False) | n("ck-inner").is_internal(False) | yes
n("ck-front").is_attachable() | n("ck-inner").is_attachable() | no
n("ck-front").is_ipv6(False) | n("ck-front").is_ipv6() | no
n("ck-front").has_member("ck-live", alias="api", ip="172.30.77.10") | n("ck-front").has_member("ck-peer", alias="api") | ck-live, ck-peer
n("ck-front").has_no_member("ck-done") | n("ck-front").has_no_member("ck-live") | ck-live
n("ck-front").has_only_members("ck-peer", "ck-live") | n("ck-front").has_only_members("ck-live") | ck-peer
n("ck-front").has_subnet("172.30.77.0/24") | n("ck-front").has_subnet("172.30.78.0/24") | 172.30.77.0/24
n("ck-front").has_gateway("172.30.77.1") | n("ck-front").has_gateway("172.30.77.2") | 172.30.77.1
n("ck-front").gives_out("172.30.77.0/24") | n("ck-front").gives_out("172.30.77.0/26") | 172.30.77.0/25
# volumes
v("ck-data").exists() | v("ck-nothing").exists() | there is no volume ck-nothing
v("ck-data").has_driver("local") | v("ck-data").has_driver("nfs") | local
v("ck-opt").has_option("type", "tmpfs") | v("ck-data").has_option("type") | no options
v("ck-data").has_label("team", "blue") | v("ck-opt").has_label("team") | no labels
v("ck-data").has_label_like("team", "^b") | v("ck-data").has_label_like("team", "^r") | team=blue
v("ck-opt").has_no_label("team") | v("ck-data").has_no_label("team") | team=blue
v("ck-data").used_by("ck-live") | v("ck-data").used_by("ck-done") | ck-live
v("ck-opt").is_unused() | v("ck-data").is_unused() | ck-live
v("ck-data").has_file("/list.txt", equals="milk", mode="0600", owner=7, group=8) | v("ck-data").has_file("/list.txt", containing="bread") | milk
v("ck-data").has_file("/box", kind="folder") | v("ck-data").has_file("/box/none") | there is nothing
v("ck-data").has_no_file("/none") | v("ck-data").has_no_file("/list.txt") | milk
v("ck-twin").has_same_files_as(v("ck-data")) | v("ck-opt").has_same_files_as(v("ck-data")) | /box, /list.txt
v("ck-twin").has_same_files_as(v("ck-data")) | v("ck-twin").has_same_files_as(v("ck-nothing")) | there is no volume ck-nothing
t.volumes(label="team=blue").has_no_anonymous() | t.volumes(label="team=red").has_no_anonymous() | ck-red,
t.volumes(label="team=green").has_no_anonymous() | t.volumes(label="team").has_no_anonymous() | ck-data, ck-red,
# several images
t.images(label="team=blue").has_no_dangling() | t.images(label="team=stray").has_no_dangling() | without a name
t.images(label="team=none").has_no_dangling() | t.images(label="team").has_no_dangling() | without a name
# registries
r(18082).takes_pushes() | r(18089).takes_pushes() | status 405
r(18089).takes_no_pushes() | r(18082).takes_no_pushes() | an upload was taken
r(18082).takes_pushes() | r(18083).takes_pushes() | status 404
r(18082).takes_pushes() | r(18099).takes_pushes() | no running container publishes port 18099
r(18088, tls=True).lets_in("ada", "tide") | r(18088, tls=True).lets_in("ada", "ebb") | status 401
r(18088, tls=True).lets_in("ada", "tide") | r(18082).lets_in("ada", "tide") | any password opens it
r(18088, tls=True).keeps_out("ada", "ebb") | r(18088, tls=True).keeps_out("ada", "tide") | status 200
r(18088, tls=True).refuses_without_password() | r(18082).refuses_without_password() | status 200
r(18088, tls=True).has_certificate_signed_by("ck-ca", "/ca.crt") | r(18088, tls=True).has_certificate_signed_by("ck-ca", "/ca.crt", name="tower") | mismatch
r(18088, tls=True).has_certificate_signed_by("ck-ca", "/ca.crt", name="depot") | r(18088, tls=True).has_certificate_signed_by("ck-ca", "/server.crt") | holds no certificate of an authority
r(18088, tls=True).has_certificate_signed_by("ck-ca", "/ca.crt") | r(18082).has_certificate_signed_by("ck-ca", "/ca.crt") | speaks no TLS
r(18088, tls=True).has_certificate_signed_by("ck-ca", "/ca.crt") | r(18088, tls=True).has_certificate_signed_by("ck-red", "/ca.crt") | there is no file /ca.crt
r(18082).has_repository("ck/pushed") | r(18082).has_repository("ck/never") | ck/pushed
r(18082).has_no_repository("ck/never") | r(18082).has_no_repository("ck/pushed") | ck/pushed
r(18082).has_only_tags("ck/pushed", "1", "2", SIGNATURE) | r(18082).has_only_tags("ck/pushed", "1") | 1, 2
r(18082).has_only_tags("ck/never") | r(18088, tls=True).has_only_tags("ck/pushed", "1") | status 401
r(18082).stores_at_most("20MB") | r(18082).stores_at_most("1kB") | MB
# images in a registry
ri("ck/pushed:1").exists() | ri("ck/pushed:3").exists() | manifest unknown
ri("ck/pushed:1").exists() | r(18088, tls=True).image("ck/pushed:1").exists() | status 401
ri("ck/pushed:3").is_gone() | ri("ck/pushed:1").is_gone() | still there: sha256:
ri("ck/pushed:1").is_whole() | ri("ck/none:1").is_whole() | status 404
ri("ck/pushed:1").is_same_as("ck/plain:1") | ri("ck/pushed:1").is_same_as("ck/fat:1") | in the registry
ri("ck/pushed:1").has_digest(DIGEST) | ri("ck/pushed:2").has_digest(DIGEST) | sha256:
ri("ck/pushed:1").has_same_digest_as("ck/pushed:1") | ri("ck/pushed:1").has_same_digest_as("ck/pushed:2") | and sha256:
ri("ck/pushed:1").has_same_digest_as("localhost:18082/ck/pushed:1") | ri("ck/pushed:1").has_same_digest_as("localhost:18089/ck/pushed:1") | status 404
ri("ck/pushed:1").differs_from("ck/pushed:2") | ri("ck/pushed:1").differs_from("ck/pushed:1") | and sha256:
ri("ck/pushed:2").has_label("team", "blue") | ri("ck/pushed:2").has_label("team", "red") | team=blue
ri("ck/pushed:1").is_for_platforms("linux/" + ARCH) | ri("ck/pushed:1").is_for_platforms("linux/amd64", "linux/arm64") | linux/
ri("ck/pushed:1").is_signed(volume="ck-ca") | ri("ck/pushed:2").is_signed(volume="ck-ca") | there is no signature
ri("ck/pushed:1").is_signed(volume="ck-ca") | ri("ck/pushed:1").is_signed(volume="ck-ca", path="/ca.crt") | no key of cosign's
# answers
t.answer("code").matches(FINGERPRINT) | t.answer("wrong-code").matches(OTHER_FINGERPRINT) | your answer: 138
t.answer("image-id").equals_found(lambda docker: docker.image("ck/app:1")["Id"].removeprefix("sha256:"), shortest=12) | t.answer("code").equals_found(lambda docker: docker.container("ck-done")["State"]["ExitCode"]) | your answer: 137
"""
# What happened, asked of a daemon of its own: past.sh made it.
PAST = r"""
c("ck-gone").is_gone(after_existing=True) | c("ck-never").is_gone(after_existing=True) | there never was
c("ck-gone").is_gone() | c("ck-done").is_gone() | still there: exited with code 3
c("ck-gone").is_gone(after_existing=True, within=0.3) | c("ck-live").is_gone(within=0.3) | still there: running
i("ck/gone:1").is_gone(after_existing=True) | i("ck/never:1").is_gone(after_existing=True) | there never was
n("ck-gone-net").is_gone(after_existing=True) | n("ck-front").is_gone() | still there: bridge
p("ck-gone-shop").is_gone(after_existing=True) | p("ck-never").is_gone(after_existing=True) | there never was
v("ck-gone-vol").is_gone(after_existing=True) | v("ck-data").is_gone() | still there: local
t.event("container", "die", "ck-done", exitCode="3").happened() | t.event("container", "die", "ck-done", exitCode="4").happened() | 0 times
t.event("container", "die", "ck-crash").happened(at_least=3) | t.event("container", "pause", "ck-live").happened() | start
t.event("container", "exec_die", "ck-peer", exitCode="0", command="true").happened() | t.event("container", "exec_die", "ck-peer", exitCode="1", command="true").happened() | exec_die
t.event("container", "exec_die", "ck-forger", exitCode="0", command="echo sh /hail.sh").happened() | t.event("container", "exec_die", "ck-forger", command="sh /hail.sh").happened() | 0 times
t.event("container", "exec_start", "ck-live").never_happened() | t.event("container", "exec_start", "ck-peer").never_happened() | 1 time
"""
ROWS, PAST_ROWS = list(_rows(TABLE)), list(_rows(PAST))


#: Expectations whose right and wrong states are made by tests of their own, below.
ELSEWHERE = {"container": {"is_dead", "limits_device"}, "folder": {"has_context"}}


#: A subject as a row begins with it, where that is not ``t.KIND``.
SHORT = {name: rf"{name[0]}\(" for name in ("container", "image", "network", "volume", "project", "registry")}
SHORT["ri"] = r"ri\("
SHORT["service"] = r"p\(.*\.service\("
#: What one kind has from another one, which has the rows.
INHERITED = {"service": set(expectations_of(Container))}


def test_the_table_has_every_expectation_right_and_wrong() -> None:
    for name, kind in KINDS.items():
        short = SHORT.get(name, rf"t\.{name}\(")
        for side in ("right", "wrong"):
            lines = [getattr(row, side) for row in ROWS + PAST_ROWS if re.match(short, getattr(row, side))]
            missing = {
                expectation
                for expectation in set(expectations_of(kind)) - INHERITED.get(name, set())
                if not any(f").{expectation}(" in line for line in lines)
            }
            assert missing - ELSEWHERE.get(name, set()) == set(), f"{name}, {side}"


@pytest.fixture(scope="module")
def check(world: Engine, checker_network: None) -> Iterator[Checks]:
    checks = Checks(world.endpoint.host, deadline=30, folder=Place(str(HERE)))
    checks.answer("code", " 137 ")
    checks.answer("wrong-code", 138)
    client = world.endpoint.client()
    checks.answer("image-id", client.images.get("ck/app:1").id.removeprefix("sha256:")[:12])
    client.close()
    signing.sign(18082, "ck/pushed", signing.digest_of(18082, "ck/pushed", "1"))
    yield checks
    checks.close()


def verdict_of(check: Checks, source: str) -> Verdict:
    """The only verdict of a task that states ``source``."""
    with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
        names = {"c": t.container, "i": t.image, "n": t.network, "v": t.volume, "p": t.project, "t": t}
        known: dict[str, Any] = {
            "r": lambda port, **more: t.registry(f"localhost:{port}", **more),
            "ri": lambda reference: t.registry("localhost:18082").image(reference),
            "HERE": str(HERE),
            "ARCH": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
            "NOTES": hashlib.sha256(b"tide table\n").hexdigest(),
            "FINGERPRINT": fingerprint.make("code", "137"),
            "OTHER_FINGERPRINT": fingerprint.make("wrong-code", "137"),
        }
        if "DIGEST" in source or "SIGNATURE" in source:
            known["DIGEST"] = signing.digest_of(18082, "ck/pushed", "1")
            known["SIGNATURE"] = signing.tag_for(known["DIGEST"])
        eval(source, {**names, **known})
    (verdict,) = check.reports["row"].verdicts
    return verdict


#: Words that an older daemon has no answer to, and the API in which it came.
NEWER = {"start_interval": (1, 44)}


#: Words that say nothing on containerd's image store.
GRAPH_DRIVERS = (".has_digest()",)


@pytest.fixture(scope="module")
def unknown(world: Engine) -> Sequence[str]:
    """Words that this daemon can't answer."""
    client = world.endpoint.client()
    api = tuple(map(int, client.version()["ApiVersion"].split(".")))
    in_containerd = client.info()["Driver"] == "overlayfs"
    client.close()
    return [*(word for word, since in NEWER.items() if api < since), *(GRAPH_DRIVERS if in_containerd else ())]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(check: Checks, row: Row, unknown: Sequence[str]) -> None:
    if any(word in row.right for word in unknown):
        # Whose trouble it is then: not the student's.
        assert verdict_of(check, row.right).status is Status.COULD_NOT_CHECK
        return
    try_row(check, row)


def test_the_past(young: Engine) -> None:
    check = Checks(young.endpoint.host, deadline=30)
    for row in PAST_ROWS:
        try_row(check, row)
    # More events than the daemon remembers: nobody can say any more what never was.
    client = young.endpoint.client()
    for _round in range(130):
        client.volumes.create("ck-noise").remove()
    client.close()
    for forgotten in (
        'c("ck-never").is_gone(after_existing=True)',
        't.event("container", "die", "ck-done").happened()',
        't.event("container", "pause").never_happened()',
    ):
        # Whoever makes so much happen could make it forget on purpose: that is no excuse.
        assert verdict_of(check, forgotten).status is Status.FAILED
    # But what a check saw itself is known.
    assert verdict_of(check, 't.event("container", "die", "ck-done", exitCode="3").happened()').status is Status.PASSED
    assert verdict_of(check, 'v("ck-data").exists()').status is Status.PASSED
    subprocess.run(["docker", "-H", young.endpoint.host, "volume", "rm", "ck-data"], check=True, capture_output=True)
    assert verdict_of(check, 'v("ck-data").is_gone(after_existing=True)').status is Status.PASSED
    check.close()


def try_row(check: Checks, row: Row) -> None:
    tells_apart(row, verdict_of(check, row.right), verdict_of(check, row.wrong))


def tells_apart(row: Row, good: Verdict, bad: Verdict) -> None:
    assert good.status is Status.PASSED, good.text
    assert bad.status is Status.FAILED, bad.text
    assert row.says in bad.text
    # Every failure says all four things.
    assert bad.expected and bad.found and bad.look, bad
    assert bad.command or row.wrong.startswith("t.answer"), bad


def test_an_answer_from_another_port_than_the_one_asked_is_not_its_own(check: Checks, world: Engine) -> None:
    """A container with rights over its network can lead whoever asks at one port to another."""
    client = world.endpoint.client()
    rule = "chroot /host iptables -t nat -A OUTPUT -p tcp --dport 8000 -j REDIRECT --to-ports 6379"
    helper = {"privileged": True, "network_mode": "container:ck-peer", "volumes": ["/:/host"], "remove": True}
    asked = 'c("ck-peer").answers_http(8000, "/passwd", inside=True, containing="root:", within=1)'
    try:
        client.containers.run("drydock/busybox:1", ["sh", "-c", f"PATH=/usr/sbin:/sbin:/usr/bin:/bin {rule}"], **helper)
        bad = verdict_of(check, asked)
        assert bad.status is Status.FAILED, bad.text
        assert "nothing in it listens on port 8000" in bad.found
        client.containers.run(
            "drydock/busybox:1", ["sh", "-c", f"PATH=/usr/sbin:/sbin {rule.replace(' -A ', ' -D ')}"], **helper
        )
        assert "refused" in verdict_of(check, asked).found
    finally:
        client.close()


_FORGE = "printf '#!/bin/busybox sh\\necho forged\\n' > "
#: What is done in a container by its root, how it was made, and what is said of it.
FORGED: dict[str, tuple[str, dict[str, Any], str]] = {
    "in a folder before": (
        f"{_FORGE}/usr/local/bin/sh; chmod 755 /usr/local/bin/sh",
        {},
        "sh is /usr/local/bin/sh there",
    ),
    "in its place": (f"rm /bin/sh; {_FORGE}/bin/sh; chmod 755 /bin/sh", {}, "sh is /bin/sh there"),
    "by a link": (f"{_FORGE}/tmp/sh; ln -sf /tmp/sh /bin/sh", {}, "sh is /bin/sh there"),
    "mounted over it": (
        f"{_FORGE}/tmp/sh; mount --bind /tmp/sh /bin/busybox",
        {"privileged": True},
        "mounted at /bin/bu",
    ),
    "a mount of its making": ("true", {"tmpfs": {"/usr/local/bin": "exec"}}, "mounted at /usr/local/bin"),
    "another root": ("mount -t tmpfs none /", {"privileged": True}, "mounted at /"),
    "a variable twice": ("true", {"environment": ["LD_PRELOAD=/x.so", "LD_PRELOAD=/y.so"]}, "LD_PRELOAD is set twice"),
    "another PATH": (
        f"{_FORGE}/tmp/sh; chmod 755 /tmp/sh",
        {"environment": {"PATH": "/tmp:/bin"}},
        "PATH has the folder /tmp",
    ),
    "a PATH that leads into memory": (
        "true",
        {"tmpfs": {"/x": "exec"}, "environment": {"PATH": "/x:/bin"}},
        "folder /x",
    ),
    "a PATH that leads anywhere": ("true", {"environment": {"PATH": "/proc/1/cwd:/bin"}}, "folder /proc/1/cwd"),
    "by a link to the right one": (
        "mkdir /x; cp /bin/busybox /x/sh; ln -sf /x/sh /bin/sh",
        {"tmpfs": {"/x": "exec"}},
        "sh is /bin/sh there",
    ),
    "a folder that is a link": (
        f"cp /bin/busybox /x/busybox; {_FORGE}/x/sh; chmod 755 /x/sh; /x/busybox mv /bin /b; /x/busybox ln -s /x /bin",
        {"tmpfs": {"/x": "exec"}},
        "no program cat",
    ),
    "a file for the loader": ("echo /x.so >/etc/ld.so.preload", {}, "has a file /etc/ld.so.preload"),
    "another docker's settings": ("true", {"tmpfs": {"/root": ""}}, "mounted at /root"),
}


@pytest.mark.parametrize("way", FORGED)
def test_a_program_in_the_place_of_the_courses_is_told(check: Checks, world: Engine, way: str) -> None:
    does, made, says = FORGED[way]
    asked = 'c("ck-forger").has_programs("cat", "sh", of="drydock/busybox:1")'
    with closing(world.endpoint.client()) as client:
        container = client.containers.run("drydock/busybox:1", "sleep 1d", name="ck-forger", detach=True, **made)
        try:
            if way in ("another root", "mounted over it", "in its place", "by a link", "in a folder before"):
                assert verdict_of(check, asked).status is Status.PASSED
            code, output = container.exec_run(["/bin/busybox", "sh", "-c", does])
            assert code == 0, output
            bad = verdict_of(check, asked)
        finally:
            container.remove(force=True)
    assert bad.status is Status.FAILED, bad.text
    assert says in bad.found
    assert bad.expected and bad.look and bad.command


def test_a_file_of_ones_own_among_the_programs_is_in_nobodys_place(check: Checks, world: Engine) -> None:
    with closing(world.endpoint.client()) as client:
        made = {"name": "ck-cron", "privileged": True, "detach": True}
        container = client.containers.run("drydock/busybox:1", "sleep 1d", **made)
        try:
            code, output = container.exec_run(["sh", "-c", "touch /bin/rounds; mount --bind /etc/passwd /bin/rounds"])
            assert code == 0, output
            good = verdict_of(check, 'c("ck-cron").has_programs("cat", "sh", of="drydock/busybox:1")')
        finally:
            container.remove(force=True)
    assert good.status is Status.PASSED, good.text


def test_a_container_with_a_program_of_anothers_is_asked_no_more(check: Checks, world: Engine) -> None:
    """In that task; what other expectations see from outside counts as ever."""
    with closing(world.endpoint.client()) as client:
        container = client.containers.run("drydock/busybox:1", "sleep 1d", name="ck-forger", detach=True)
        try:
            code, output = container.exec_run(["/bin/busybox", "sh", "-c", FORGED["in its place"][0]])
            assert code == 0, output
            with suppress(CheckFailed), check.task("row", hint="Look.") as t:
                t.container("ck-forger").runs("sh", prints="forged")
                t.container("ck-forger").has_programs("sh", of="drydock/busybox:1").runs("sh", prints="forged")
                t.container("ck-forger").is_running()
                t.container("ck-live").runs("true")
        finally:
            container.remove(force=True)
    before, programs, after, running, another = check.reports["row"].verdicts
    assert [one.status is Status.PASSED for one in (before, programs, after, running, another)] == [1, 0, 0, 1, 1]
    assert "was not found to have the course's own programs" in after.found


def test_a_command_in_a_container_with_the_courses_programs_hears_no_variable_of_its_own(
    check: Checks, world: Engine
) -> None:
    """http_proxy sends wget to a forger. What the image itself has, and where restic's word is, stays."""
    told = {"http_proxy": "http://192.0.2.1:1/", "LD_PRELOAD": "/x.so", "HOME": "/tmp", "RESTIC_PASSWORD_FILE": "/word"}
    with closing(world.endpoint.client()) as client:
        container = client.containers.run(
            "drydock/busybox:1", "sleep 1d", name="ck-told", environment=told, detach=True
        )
        try:
            with suppress(CheckFailed), check.task("row", hint="Look.") as t:
                led = t.container("ck-told").runs("env", prints="http_proxy=http")
                led.has_programs("env", of="drydock/busybox:1")
                led.runs("env", lacks=["http_proxy", "LD_PRELOAD", "HOME=/tmp"], prints=["RESTIC_PASSWORD_FILE=/word"])
                led.runs("env", env={"http_proxy": "here"}, prints=["http_proxy=here", "PATH=/"])
        finally:
            container.remove(force=True)
    assert check.reports["row"].status is Status.PASSED, report_as_text(check.reports["row"])


@pytest.mark.parametrize("code", [1, 137, None])
def test_who_hinders_the_look_at_programs_is_not_excused_and_not_asked(
    check: Checks, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    """Its first process ends every half second, or something that sees all processes kills the helper."""
    monkeypatch.setattr(programs, "run", lambda *_words, **_named: Outcome(code, "", ""))
    with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
        t.container("ck-live").has_programs("sh", of="drydock/busybox:1").runs("true")
    assert [one.status for one in check.reports["row"].verdicts] == [Status.FAILED] * 2


def test_a_program_of_another_size_is_anothers_however_long_it_takes_to_read(
    check: Checks, world: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(world.endpoint.client()) as client:
        container = client.containers.run("drydock/busybox:1", "sleep 1d", name="ck-forger", detach=True)
        try:
            code, output = container.exec_run(["/bin/busybox", "sh", "-c", FORGED["in its place"][0]])
            assert code == 0, output
            monkeypatch.setattr(files, "content_of", lambda _source, _size: (b"", ""))
            asked = 'has_programs("sh", of="drydock/busybox:1")'
            bad, unread = (verdict_of(check, f'c("{name}").{asked}') for name in ("ck-forger", "ck-live"))
        finally:
            container.remove(force=True)
    assert (bad.status, unread.status) == (Status.FAILED, Status.COULD_NOT_CHECK), bad.text


def test_where_our_own_look_at_programs_failed_nothing_is_held_against_anybody(
    check: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_words: object, **_named: object) -> Outcome:
        raise Unavailable("This machine is too busy to say.")

    monkeypatch.setattr(programs, "run", busy)
    with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
        t.container("ck-live").has_programs("sh", of="drydock/busybox:1").runs("true")
    assert [one.status for one in check.reports["row"].verdicts] == [Status.COULD_NOT_CHECK] * 2


def test_a_container_that_was_started_anew_meanwhile_is_looked_at_again(
    check: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, looks = programs.run, []

    def first_in_vain(*words: Any, **named: Any) -> Outcome:
        looks.append(words)
        return Outcome(1, "", "") if len(looks) == 1 else run(*words, **named)

    monkeypatch.setattr(programs, "run", first_in_vain)
    good = verdict_of(check, 'c("ck-live").has_programs("sh", of="drydock/busybox:1")')
    assert (good.status, len(looks)) == (Status.PASSED, 2), good.text


def test_an_answer_whose_name_is_misspelt_is_told_from_one_that_is_missing(check: Checks) -> None:
    for name, found in (("imageid", "no answer of that name, but one named image-id"), ("harbour", "no answer yet")):
        bad = verdict_of(check, f't.answer("{name}").matches(FINGERPRINT)')
        assert (bad.status, bad.found) == (Status.FAILED, found)


def test_an_answer_that_is_a_list_of_one_line_is_that_line(check: Checks) -> None:
    """As ``lines = !docker …`` gives it; several lines are no value that anybody could have meant."""
    for lines, kept in ((["abc"], "abc"), (["abc", "def"], "['abc', 'def']")):
        check.answer("one-line", lines)
        verdict = verdict_of(check, 't.answer("one-line").equals_found(lambda docker: "nothing")')
        assert verdict.found == f"your answer: {kept}"


def test_an_answer_that_is_compared_with_nothing_is_wrong(check: Checks) -> None:
    for what in ('docker.container("ck-nobody")["Id"]', 'docker.container("ck-done")["HostConfig"]["Nothing"]["Id"]'):
        bad = verdict_of(check, f't.answer("code").equals_found(lambda docker: {what})')
        assert bad.status is Status.FAILED, bad.text
        assert "is not on the daemon" in bad.found


def test_an_image_that_is_compared_with_none_is_wrong(check: Checks) -> None:
    for what in ('builds_on("ck/none")', 'is_smaller_than("ck/none")', 'shares_layers_with("ck/none")'):
        bad = verdict_of(check, f'i("ck/app:1").{what}')
        assert bad.status is Status.FAILED, bad.text
        assert "no image ck/none to compare with" in bad.found


def test_what_no_container_can_do_here_says_nothing_of_this_one(check: Checks, world: Engine) -> None:
    """In a user namespace the kernel lets nobody set its clock or make a device."""
    client = world.endpoint.client()
    everybody = client.containers.run("drydock/busybox:1", "cat /proc/self/uid_map", remove=True).split()
    client.close()
    refused = Status.FAILED if everybody == [b"0", b"0", b"4294967295"] else Status.COULD_NOT_CHECK
    bad = verdict_of(check, 'c("ck-live").can("settime", "mknod")')
    assert bad.status is refused, bad.text


def test_the_checks_leave_nothing_behind(check: Checks, world: Engine) -> None:
    client = world.endpoint.client()
    assert client.containers.list(all=True, filters={"label": "drydock.check"}) == []
    # world.sh made an image without a name, too; that has a label.
    assert [image for image in client.images.list() if not image.tags and image.labels.get("team") != "stray"] == []
    client.close()


def test_is_dead(check: Checks, world: Engine) -> None:
    """A container whose files can't be removed is dead: an immutable file does that."""
    client = world.endpoint.client()
    container = client.containers.run("drydock/busybox:1", "touch /stuck", name="ck-dead", detach=True)
    container.wait()
    if "GraphDriver" not in container.attrs or not container.attrs["GraphDriver"]["Data"]:
        container.remove()
        pytest.skip("containerd's store removes a container's files later, and none of its containers is dead")
    upper = container.attrs["GraphDriver"]["Data"]["UpperDir"]
    stuck = f"/proc/{world.endpoint.netns_pid}/root{upper}/stuck"
    if subprocess.run(["chattr", "+i", stuck], check=False).returncode != 0:
        pytest.skip("this file system has no immutable files")
    try:
        with pytest.raises(docker.errors.APIError):
            container.remove()
        assert verdict_of(check, 'c("ck-dead").is_dead()').status is Status.PASSED
    finally:
        subprocess.run(["chattr", "-i", stuck], check=True)
        container.remove(force=True)
        client.close()
    assert verdict_of(check, 'c("ck-done").is_dead()').found == "exited with code 3"


def test_limits_device(check: Checks, world: Engine) -> None:
    """By the API: Debian's docker command of 26.1 drops --device-write-bps silently. Not started: null is no disk."""
    client = world.endpoint.client()
    limit = [{"Path": "/dev/null", "Rate": 1048576}]
    container = client.containers.create("drydock/busybox:1", name="ck-slow", device_write_bps=limit)
    client.close()
    try:
        right = verdict_of(check, 'c("ck-slow").limits_device("/dev/null", write_bps="1m")')
        wrong = verdict_of(check, 'c("ck-slow").limits_device("/dev/null", write_bps="2m", read_iops=5)')
    finally:
        container.remove(force=True)
    assert right.status is Status.PASSED
    assert wrong.status is Status.FAILED
    assert "WriteBps 1048576" in wrong.found
    assert "ReadIOps not set" in wrong.found


def test_words_of_a_short_program_that_a_busy_daemon_lost(check: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives up what it has not read when the program has ended: such an image is run once more, and only once."""
    real, runs = contents.run, list[str]()

    def first_lost(*words: Any, **named: Any) -> Outcome:
        runs.append("")
        return Outcome(4, "", "") if len(runs) == 1 else real(*words, **named)

    monkeypatch.setattr(contents, "run", first_lost)
    said = 'i("ck/plain:1").runs(prints="out", errors="err", exit_code=4)'
    assert verdict_of(check, said).status is Status.PASSED
    monkeypatch.setattr(contents, "run", lambda *_words, **_named: runs.append("") or Outcome(4, "", ""))
    runs.clear()
    assert verdict_of(check, said).status is Status.FAILED
    assert len(runs) == 2


def test_a_command_of_another_user_is_shown_as_theirs(check: Checks) -> None:
    said = verdict_of(check, 'c("ck-live").runs("pwd", user="0", workdir="/etc", prints="/tmp")')
    assert said.found.startswith("code 0: /etc")
    assert said.command == "docker exec -u 0 -w /etc ck-live pwd"
    assert verdict_of(check, 'c("ck-live").runs("pwd", prints="/tmp")').command == "docker exec ck-live pwd"
