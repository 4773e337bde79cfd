"""Tries whether this machine's daemon can slow down writing to the disk that its volumes lie on."""

import docker
from docker.errors import APIError

IMAGE = "drydock/busybox:1"
MIB = 1024 * 1024
# A mounted file system belongs to a disk, known by two numbers; /sys/dev/block says what that disk is called.
# Some file systems have no disk of their own there: then their kind is all there is to say.
FIND = """
numbers=$(awk '$5 == "/data" {print $3}' /proc/self/mountinfo)
[ -e /sys/dev/block/$numbers ] || { awk '$2 == "/data" {print $3}' /proc/mounts; exit; }
disk=$(readlink -f /sys/dev/block/$numbers)
[ -e "$disk/partition" ] && disk=$(dirname "$disk")
basename "$disk"
"""
WRITE = """
start=$(cut -d ' ' -f 1 /proc/uptime)
dd if=/dev/zero of=/data/load bs=1M count=4 conv=fsync 2>/dev/null
cut -d ' ' -f 1 /proc/uptime | awk -v start=$start '{printf "%.2f", $1 - start}'
"""

client = docker.from_env()


def inside(script: str, **options: object) -> str:
    """What a script says in a container with a volume at /data. Both are removed."""
    container = client.containers.create(IMAGE, ["sh", "-c", script], volumes=["/data"], **options)
    try:
        container.start()
        container.wait()
        return str(container.logs().decode()).strip()
    finally:
        container.remove(v=True, force=True)


name, *seconds = inside(FIND + WRITE).split()
if seconds:
    print(f"The volumes lie on /dev/{name}.")
    print(f"4 MiB without a limit: {seconds[0]} s")
    try:
        slowly = inside(WRITE, device_write_bps=[{"Path": f"/dev/{name}", "Rate": 8 * MIB}])
        print(f"4 MiB at 8 MiB a second: {slowly} s")
    except APIError as error:
        print(f"With a limit of 8 MiB a second the daemon says: {error.explanation or error}")
elif name == "tmpfs":
    print("The volumes of this daemon don't lie on a disk, but in memory. There is nothing to slow down.")
else:
    print(f"The volumes of this daemon lie on a file system ({name}) that doesn't say which disk it is on.")
