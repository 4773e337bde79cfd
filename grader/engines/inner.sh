#!/bin/sh
# Stage 2 of a namespace engine: process 1 of the engine's namespaces, root of its user namespace only.
set -eu
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
# All terminals of all but the machine itself are 3072 (kernel.pty): no one program may take them.
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,max=256 devpts dev/pts
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
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /home/student
chown 1000:1000 /home/student
if [ -n "$DD_DAEMON" ]; then
    # What a container must not have by any name is bound over itself, to be made unbindable (mount_namespaces(7)): no
    # `-v` takes it along, neither by its own name nor with what is above. Pipes with a command's output, shims' sockets,
    # what says which image is which. Of the daemon's data the folders that Docker itself mounts parts of stay bindable.
    mount --rbind /var/lib/docker /var/lib/docker
    layers=overlay2
    [ -z "$DD_STORE" ] || layers=containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots
    for part in "$layers" volumes containers plugins buildkit; do
        mkdir -p -m 711 "/var/lib/docker/$part"
        mount --bind "/var/lib/docker/$part" "/var/lib/docker/$part"
    done
    mount -t tmpfs -o mode=711 drydock-private /private
    mkdir -m 700 /private/pipes /private/shims /private/binfmt
    # See loaders.py. Older kernels have only one, which is the machine's.
    mount -t binfmt_misc binfmt /private/binfmt 2>/dev/null && chmod 600 /private/binfmt/register || true
    mount --make-unbindable /private
    mount --bind --make-unbindable /run/containerd /run/containerd
    mount --bind /run/docker /run/docker
    mkdir -p -m 711 /run/docker/plugins
    mount --bind /run/docker/plugins /run/docker/plugins
    mount --make-unbindable /run/docker
    # From here on nobody looks into what is started here; student code gets its own view (NamespaceEngine.confine).
    printf '%s\n' "$DD_OPAQUE" | while IFS= read -r file; do
        [ -z "$file" ] || mount --bind "/opaque$file" "$file"
    done
fi
exec sh /daemon.sh
