"""Questions to a Docker Engine: what students do with containers day by day. fidelity.py says how they are asked."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.types import DeviceRequest, Healthcheck, Mount, Ulimit
from fidelity import BUSYBOX, NAME, Running, inside, on_network, question, refused, run_in, run_refused, until

# -- storage


@question
def copied_up(client: docker.DockerClient) -> Any:
    """What a new volume gets of the image's folder, and an old one does not."""
    volume = client.volumes.create(NAME)
    look = "ls /etc; stat -c '%n %u:%g %a' /etc /etc/passwd"
    try:
        return {
            "new": inside(client, f"{look}; echo mine > /etc/mine", volumes={NAME: {"bind": "/etc", "mode": "rw"}}),
            "elsewhere": inside(client, "ls /data", volumes={NAME: {"bind": "/data", "mode": "ro"}}),
            "old": inside(client, "ls /root", volumes={NAME: {"bind": "/root", "mode": "rw"}}),
            "nocopy": inside(client, "ls -A /home", mounts=[Mount("/home", f"{NAME}-2", no_copy=True)]),
            "anonymous": inside(client, "stat -c '%u:%g %a' /tmp", volumes=["/tmp"]),
        }
    finally:
        volume.remove(force=True)
        with suppress(NotFound):
            client.volumes.get(f"{NAME}-2").remove(force=True)


@question
def tmpfs(client: docker.DockerClient) -> Any:
    look = "grep ' /t ' /proc/mounts; stat -c '%a %u:%g' /t; cp /bin/busybox /t/ls && /t/ls -d /t; df -k /t | tail -n 1"
    return {
        "plain": inside(client, look, tmpfs={"/t": ""}),
        "options": inside(client, look, tmpfs={"/t": "size=4m,mode=700,exec,uid=7"}),
        "mount": inside(client, look, mounts=[Mount("/t", None, type="tmpfs", tmpfs_size=4 << 20, tmpfs_mode=0o750)]),
        "full": inside(client, "dd if=/dev/zero of=/t/f bs=1M count=3; ls -s /t", tmpfs={"/t": "size=1m"}),
        "bad": run_refused(client, tmpfs={"/t": "size=many"}),
        "shm": inside(client, "df -k /dev/shm | tail -n 1", shm_size="8m"),
    }


# -- processes


@question
def init(client: docker.DockerClient) -> Any:
    """Who is there when a child has ended, and how it is stopped."""
    said = {}
    for name, wanted in {"with": True, "without": False}.items():
        with Running(client, command=["sh", "-c", "( sleep 0.1 & ); exec sleep 1d"], init=wanted) as container:

            def processes(container: Any = container) -> list[str]:
                rows = container.top(ps_args="-o pid,stat,comm")["Processes"]
                return sorted(f"{stat[0]} {comm}" for _pid, stat, comm in rows)

            # The shell and its child have each become a sleep, and one has ended; on its way a busybox is "exe".
            said[name] = until(processes, lambda seen: [s for s in seen if s != "S docker-init"] == ["S sleep"])
            container.stop(timeout=60 if wanted else 1)
            said[f"{name}, stopped"] = container.wait(timeout=60)["StatusCode"]
    return said


@question
def ulimits(client: docker.DockerClient) -> Any:
    wanted = [
        Ulimit(name="nofile", soft=64, hard=128),
        Ulimit(name="nproc", soft=50, hard=50),
        Ulimit(name="core", soft=0),
    ]
    look = "ulimit -Sn; ulimit -Hn; ulimit -p; ulimit -c; ulimit -u"
    with Running(client, ulimits=wanted) as container:
        container.reload()
        told = container.attrs["HostConfig"]["Ulimits"]
    return {
        "set": inside(client, look, ulimits=wanted),
        "told": sorted(str(one) for one in told),
        "default": inside(client, "ulimit -Sn; ulimit -Hn; ulimit -c"),
        "soft above hard": run_refused(client, ulimits=[Ulimit(name="nofile", soft=9, hard=3)]),
        "unknown": run_refused(client, ulimits=[Ulimit(name="nothing", soft=9, hard=9)]),
    }


@question
def devices(client: docker.DockerClient) -> Any:
    def given(device: str) -> list[Any]:
        return run_refused(client, devices=[device])

    return {
        "its name": given("/dev/zero"),
        "another name": given("/dev/zero:/dev/nil")[0],
        "not there": given("/dev/drydock-none"),
        "no device": given("/etc/passwd"),
        "gpus": run_refused(client, device_requests=[DeviceRequest(count=-1, capabilities=[["gpu"]])]),
        "made": inside(client, "mknod /n c 1 3; echo $?"),
        "kmsg": inside(client, "mknod /k c 1 11; head -c 1 /k; echo $?"),
        "fuse": inside(client, "ls /dev/fuse"),
    }


@question
def executed(client: docker.DockerClient) -> Any:
    with Running(client, environment={"A": "1"}, working_dir="/srv", user="1000") as container:

        def run(command: list[str], **options: Any) -> list[Any]:
            try:
                return run_in(container, command, **options)
            except APIError as error:
                return [error.status_code, error.explanation]

        rights = ["grep", "CapBnd", "/proc/self/status"]
        made = client.api.exec_create(container.id, ["true"], user="0", environment={"B": "2"})
        before = {key: value for key, value in client.api.exec_inspect(made["Id"]).items() if key != "ContainerID"}
        return {
            "env": run(["sh", "-c", "echo $A $B $HOME $PWD; id -u"], environment={"B": "2"}),
            "user": run(["sh", "-c", "id; echo $HOME"], user="root"),
            "group": run(["id"], user="7:9"),
            "workdir": run(["pwd"], workdir="/etc"),
            "no workdir": run(["pwd"], workdir="/none"),
            # What is said of them comes too late at times for who reads the output.
            "no user": run(["id"], user="ghost")[0],
            "no program": run(["nothing-here"])[0],
            "no right": run(["/etc/passwd"])[0],
            "signal": run(["sh", "-c", "kill -9 $$"]),
            "terminal": run(["sh", "-c", "test -t 1; echo $?; echo $TERM"], tty=True),
            "rights": run(rights, user="0"),
            "privileged": run(rights, privileged=True, user="0") != run(rights, user="0"),
            "inspect": before,
        }


@question
def top(client: docker.DockerClient) -> Any:
    with Running(client, command=["sh", "-c", "sleep 1d & exec sleep 2d"], user="1000") as container:
        columns = container.top()["Titles"]
        both = {"sleep 1d", "sleep 2d"}
        lines = until(
            lambda: container.top(ps_args="-o pid,args"), lambda seen: both <= {line[-1] for line in seen["Processes"]}
        )
        bad = refused(lambda: container.top(ps_args="-o nothing"))
        container.kill()
        container.wait(timeout=60)
        return {
            "columns": columns,
            "lines": sorted(line[-1] for line in lines["Processes"]),
            "titles": lines["Titles"],
            "bad": bad[0],
            "stopped": refused(container.top)[0],
        }


# -- the life of a container


@question
def paused(client: docker.DockerClient) -> Any:
    with Running(client, name=NAME) as container:
        # Before its program is there, a signal finds the runtime's own.
        until(lambda: str(container.top(ps_args="-eo pid,comm")["Processes"]), lambda all_: "sleep" in all_)
        container.pause()
        container.reload()
        state = container.attrs["State"]
        said: dict[str, Any] = {
            "state": [state[one] for one in ("Status", "Running", "Paused")],
            "listed": [one["Status"].split("(")[-1] for one in client.api.containers(filters={"status": "paused"})],
            "exec": refused(lambda: container.exec_run("true")),
            "twice": refused(container.pause),
            "start": refused(container.start),
            "remove": refused(container.remove),
        }
        container.unpause()
        said["not paused"] = refused(container.unpause)
        container.pause()
        container.stop(timeout=60)
        container.reload()
        said["stopped"] = [container.status, container.attrs["State"]["ExitCode"]]
        said["pause what ended"] = refused(container.pause)
        return said


@question
def renamed(client: docker.DockerClient) -> Any:
    with on_network(client), Running(client, name="before", network=NAME) as container, Running(client, name="other"):
        container.rename("after")
        container.reload()
        return {
            "name": container.name,
            "old": refused(lambda: client.containers.get("before")),
            "taken": refused(lambda: container.rename("other")),
            "bad": refused(lambda: container.rename("a b")),
            "empty": refused(lambda: container.rename("")),
            "known": inside(
                client, "nslookup after >/dev/null && echo yes; nslookup before >/dev/null || echo no", network=NAME
            ),
            "hostname": run_in(container, ["hostname"])[1].strip() == container.id[:12],
        }


@question
def updated(client: docker.DockerClient) -> Any:
    with Running(client, mem_limit="64m", memswap_limit="64m") as container:

        def update(**options: Any) -> list[Any]:
            return refused(lambda: container.update(**options))

        said = {
            "memory": update(mem_limit="48m", memswap_limit="48m"),
            "above swap": update(mem_limit="96m"),
            "tiny": update(mem_limit="1k"),
            "cpus": update(cpu_quota=50000, cpu_period=100000, cpu_shares=512),
            "cpuset": update(cpuset_cpus="4096"),
            "restart": update(restart_policy={"Name": "on-failure", "MaximumRetryCount": 3}),
            "bad restart": update(restart_policy={"Name": "sometimes"}),
        }
        container.reload()
        settings = container.attrs["HostConfig"]
        fields = (
            "Memory",
            "MemorySwap",
            "CpuQuota",
            "CpuPeriod",
            "CpuShares",
            "CpusetCpus",
            "RestartPolicy",
            "NanoCpus",
        )
        return {**said, "settings": {name: settings[name] for name in fields}}


@question
def healthy(client: docker.DockerClient) -> Any:
    """The states by their order, and what each test has said."""
    test = "test ! -e /ill || { echo oh; exit 3; }"
    second = 1_000_000_000
    check = Healthcheck(test=["CMD-SHELL", test], interval=second // 5, timeout=9 * second, retries=2)
    slow = Healthcheck(test=["CMD", "false"], interval=second // 5, start_period=600 * second, retries=1)
    with Running(client, healthcheck=check) as container, Running(client, healthcheck=slow) as starting:

        def health(of: Any) -> dict[str, Any]:
            of.reload()
            return dict(of.attrs["State"]["Health"])

        def becomes(status: str) -> list[Any]:
            seen = until(lambda: health(container), lambda one: one["Status"] == status)
            last = seen["Log"][-1] if seen["Log"] else {}
            return [seen["Status"], last.get("ExitCode"), last.get("Output")]

        well = becomes("healthy")
        container.exec_run("touch /ill")
        ill = becomes("unhealthy")
        container.exec_run("rm /ill")
        again = becomes("healthy")
        until(lambda: health(starting), lambda one: len(one["Log"]) > 2)
        early = health(starting)
        return {
            "well": well,
            "ill": ill,
            "again": again,
            "in its start period": [early["Status"], early["FailingStreak"]],
            "told": container.attrs["Config"]["Healthcheck"],
            "none": run_refused(client, healthcheck=Healthcheck(test=["NONE"])),
            "too often": run_refused(client, healthcheck=Healthcheck(test=["CMD", "true"], interval=1)),
        }


# -- settings


@question
def settings(client: docker.DockerClient) -> Any:
    """All that inspect tells of a container for which much was asked, and how lists find it."""
    options: dict[str, Any] = {
        "blkio_weight": 500,
        "cap_add": ["NET_ADMIN"],
        "cap_drop": ["CHOWN"],
        "cpu_shares": 512,
        "cpuset_cpus": "0",
        "group_add": ["7"],
        "ipc_mode": "shareable",
        "labels": {NAME: "1"},
        "mem_limit": "64m",
        "mem_reservation": "32m",
        "nano_cpus": 500_000_000,
        "oom_score_adj": 7,
        "pids_limit": 40,
        "privileged": False,
        "read_only": True,
        "restart_policy": {"Name": "unless-stopped"},
        "security_opt": ["no-new-privileges"],
        "shm_size": "8m",
        "stop_signal": "SIGINT",
        "storage_opt": None,
        "sysctls": {"net.core.somaxconn": "77"},
        "tty": True,
        "stdin_open": True,
        "userns_mode": "host",
        "uts_mode": None,
        "volumes": {"/tmp": {"bind": "/host", "mode": "ro"}},
    }
    with Running(client, name=NAME, **options) as container:
        container.reload()
        filters = {
            "ancestor": BUSYBOX,
            "label": f"{NAME}=1",
            "status": "running",
            "volume": "/host",
            "network": "bridge",
        }
        found = {
            name: NAME in {one.name for one in client.containers.list(filters={name: value})}
            for name, value in filters.items()
        }
        attrs = container.attrs
        return {
            "HostConfig": attrs["HostConfig"],
            "Config": attrs["Config"],
            "Mounts": attrs["Mounts"],
            "State": attrs["State"],
            "places": sorted(attrs),
            "found": found,
            "adjusted": run_in(container, ["cat", "/proc/1/oom_score_adj"])[1],
            "groups": run_in(container, ["id", "-G"])[1],
            "unknown filter": refused(lambda: client.containers.list(filters={"colour": "red"})),
        }


@question
def waited_for(client: docker.DockerClient) -> Any:
    container = client.containers.run(BUSYBOX, ["sh", "-c", "sleep 5; exit 5"], detach=True, auto_remove=True)
    said: dict[str, Any] = {"removed": container.wait(condition="removed", timeout=60)}
    said["gone"] = refused(lambda: client.containers.get(container.id))[0]
    with Running(
        client, command=["sh", "-c", "trap 'exit 9' INT; echo here; sleep 1d & wait"], stop_signal="SIGINT"
    ) as polite:
        until(polite.logs, lambda log: log != b"")
        polite.stop(timeout=30)
        said["by its signal"] = polite.wait(timeout=60)["StatusCode"]
    with Running(client, init=False) as deaf:
        # Before its program is there, a signal finds the runtime's own.
        until(lambda: deaf.top(ps_args="-o pid,comm")["Processes"][0][1], lambda program: program == "sleep")
        deaf.stop(timeout=1)
        said["deaf"] = deaf.wait(timeout=60)["StatusCode"]
        said["bad signal"] = refused(lambda: deaf.kill("NOTHING"))
        said["kill what ended"] = refused(deaf.kill)
        said["started"] = refused(deaf.start)
        deaf.restart(timeout=1)
        deaf.reload()
        said["after a restart"] = [deaf.status, deaf.attrs["RestartCount"]]
    return said
