#!/bin/sh
# Stage 2 of a namespace engine: process 1 of the engine's namespaces, root of its user namespace only.
set -eu
# Descriptor 9 is a pipe nobody writes to: it ends when the supervisor does, and then so does the engine.
trap 'kill -TERM "$DOCKERD" 2>/dev/null && wait "$DOCKERD"; exit 0' TERM
DOCKERD=
(trap - TERM; exec 8>&-; while read -r _ <&9; do :; done; kill -TERM 1) &
exec 9<&-
# pivot_root(2) refuses a mount that came locked into this user namespace; a copy of it is ours to pivot to,
# and what is mounted below it stays locked.
mount --rbind "$DD_ROOT" "$DD_ROOT"
cd "$DD_ROOT"
hostname drydock
ip link set lo up
mount -t proc proc proc
# The only name server (etc/resolv.conf) is an address of RFC 5737 where nobody listens: the kernel answers each
# question with "port unreachable", however many there are, and an unknown name fails at once. Without a server
# Docker writes its own public ones into containers, and a resolver waits ten seconds for them (resolv.conf(5)).
ip addr add 192.0.2.53/32 dev lo
echo 0 > proc/sys/net/ipv4/icmp_ratelimit || true
mount -t sysfs sysfs sys
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t mqueue mqueue dev/mqueue
if [ -n "$DD_CGROUPS" ]; then
    if [ "$DD_CGROUP_VERSION" = 2 ]; then
        mount -t cgroup2 cgroup2 sys/fs/cgroup
        # All of us are in the group now whose children shall have limits, which it must not be: the supervisor moves us
        # (cgroups.py, open_to_children), for who made our namespaces is out of our sight.
        printf . >&8
    else
        mount -t tmpfs -o mode=755 cgroup sys/fs/cgroup
        for controller in $DD_CONTROLLERS; do
            mkdir "sys/fs/cgroup/$controller"
            option=$controller
            [ "$controller" = systemd ] && option=none,name=systemd
            mount -t cgroup -o "$option" cgroup "sys/fs/cgroup/$controller"
        done
    fi
else
    # runc wants to see the hierarchies even where it may not write to them.
    mount --rbind /sys/fs/cgroup sys/fs/cgroup
fi
pivot_root . oldroot
umount -l /oldroot
rmdir /oldroot
cd /
export PATH=/opt/quick:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root XTABLES_LOCKFILE=/run/xtables.lock
mkdir -p /home/student
chown 1000:1000 /home/student
if [ -z "$DD_DAEMON" ]; then
    # Walls only: descriptor 8 tells that they stand; then this shell waits for the supervisor's end.
    printf . >&8
    exec 8>&-
    wait
    exit
fi
exec 8>&-
mkdir -p /run/containerd /var/lib/docker/containerd/daemon

# containerd first: a dockerd that starts its own waits about a second for it.
cat > /etc/containerd.toml <<T
version = 2
root = "/var/lib/docker/containerd/daemon"
state = "/run/containerd/daemon"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "/run/containerd/containerd.sock"
T
containerd --config /etc/containerd.toml --log-level warn &
CONTAINERD=$!
mkdir -p /etc/docker
printf '%s' "$DD_DAEMON_JSON" > /etc/docker/daemon.json
until [ -S /run/containerd/containerd.sock ]; do
    # Its last words are in the log already. That it has ended, this shell learns while it waits for another process.
    kill -0 "$CONTAINERD" 2>/dev/null || exit 1
    sleep 0.005
done
dockerd --containerd /run/containerd/containerd.sock --data-root /var/lib/docker --exec-root /run/docker \
    --pidfile /run/docker.pid --host "unix://$DD_DIR/s/docker.sock" --group student --log-level warn $DD_DOCKERD_FLAGS &
DOCKERD=$!
# As process 1 this shell reaps orphans while it waits; when dockerd ends, so does everything here.
wait "$DOCKERD"
