"""In a container with the engine's folders in it: change what the engine's programs and the course's layers rest on.

    change_files.py PLACE …     PLACE: NAME=FOLDER, a folder of the engine's and where it is seen here

Each file is written to, replaced and removed, and new ones are laid where programs look for them. Whoever may unmount
things does so first, to get at what is below. What could be changed is put back and said.
"""

import os
import subprocess
import sys

OURS = {
    "/": (
        "bin sbin lib lib64 usr etc etc/docker etc/docker/daemon.json etc/containerd.toml etc/ld.so.cache etc/passwd"
        " etc/alternatives etc/nsswitch.conf opt opt/quick opt/quick/runc opt/quick/setkey opt/quick/hidden inner.sh"
        " daemon.sh opaque template refs private var var/lib var/lib/docker run/docker run/containerd dev"
    ).split(),
    "/etc": "docker/daemon.json containerd.toml ld.so.cache alternatives alternatives/iptables".split(),
    "/run": ["docker", "containerd", "docker/containerd", "containerd/s", "docker/docker.pid"],
    "/opt": ["quick", "quick/runc"],
}
NEW = {
    "/": (
        "etc/ld.so.preload etc/cdi etc/modprobe.d etc/docker/daemon.json usr/bin/x opt/quick/iptables opt/containerd"
        " var/run run/docker/plugins/x.sock run/containerd/s/x template/x refs/x private/x var/lib/docker/x"
    ).split(),
    "/etc": ["ld.so.preload", "cdi", "modprobe.d", "docker/daemon.json"],
    "/run": ["docker/x", "containerd/x", "cdi/../docker/x"],
    "/run/docker": ["x", "containerd/x", "netns/x"],
    "/run/docker/containerd": ["../docker.pid"],
    "/run/containerd": ["x", "s/x", "daemon/x"],
    "/var/lib": ["x", "docker/x"],
    "/var/lib/docker": ["x", "image/x", "containers/x", "network/x"],
    "/var/lib/docker/image": ["x", "overlay2/x"],
    "/template": ["x", "l/x"],
    "/refs": ["x"],
}


def unmounted(folder):
    """Take away what is mounted at and below the folder, from the top down, as far as one may."""
    for _round in range(3):
        with open("/proc/self/mountinfo") as file:
            points = [line.split()[4] for line in file]
        for point in reversed([point for point in points if point.startswith(folder + "/")]):
            subprocess.run(["umount", "-l", point], check=False, stderr=subprocess.DEVNULL)


def said(how, name, file):
    print("ESCAPED", how, os.path.join(name, file))


def changed(name, folder, file):
    path = os.path.join(folder, file)
    if not os.path.lexists(path):
        return
    aside = path + ".aside"
    try:
        os.rename(path, aside)
        os.rename(aside, path)
        said("moved", name, file)
    except OSError:
        pass
    if os.path.islink(path) or os.path.isdir(path):
        if not os.path.islink(path):
            return
        target = os.readlink(path)
        try:
            os.unlink(path)
            os.symlink(target, path)
            said("replaced", name, file)
        except OSError:
            pass
        return
    for how in (os.O_WRONLY, os.O_WRONLY | os.O_APPEND):
        try:
            os.close(os.open(path, how))
            said("opened", name, file)
        except OSError:
            pass
    try:
        os.chmod(path, 0o777)
        said("chmod", name, file)
    except OSError:
        pass


def added(name, folder, file):
    path = os.path.join(folder, file)
    try:
        os.mkdir(path)
        os.rmdir(path)
        said("added", name, file)
    except OSError:
        pass


tried = 0
for place in sys.argv[1:]:
    name, folder = place.split("=")
    unmounted(folder)
    for file in OURS.get(name, ()):
        changed(name, folder, file)
        tried += 1
    for file in NEW.get(name, ()):
        added(name, folder, file)
        tried += 1
    if name.endswith("overlay2"):
        for layer in os.listdir(folder):
            # A layer of the course's is a link; what else is here is this engine's own.
            if os.path.islink(os.path.join(folder, layer)):
                changed(name, folder, layer)
                for file in ("link", "lower", "diff", "committed/x", "x"):
                    changed(name, folder, os.path.join(layer, file))
                tried += 1
                print("layer", layer)
print("tried", tried)
