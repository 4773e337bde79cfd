#!/bin/sh
# The guest's init: file systems, modules, network, control groups, containerd and dockerd; then agent.c takes over
# as process 1. It runs once, for the template; later starts are restored from memory and never come here, except
# a lab engine that starts again on its kept disk.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t mqueue mqueue /dev/mqueue
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -sf "/proc/self/fd/${number%%:*}" "/dev/${number##*:}"; done
hostname drydock
# All in one go: each modprobe reads the table of modules anew.
modprobe -a $(cat /etc/modules)
ip link set lo up
# No default route: a guest has no network beyond its host.
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
# Nobody listens at the only name server's address, and the kernel says so at once (see inner.sh of the other engines).
ip addr add 192.0.2.53/32 dev lo
echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/vm/overcommit_memory
# Processes that wait for a lock under emulation are busy for long: no stack traces about it.
echo 0 > /proc/sys/kernel/hung_task_timeout_secs 2>/dev/null
# A cgroup with controllers for its children may hold no process itself (cgroup-v2, "no internal processes").
mkdir -p /sys/fs/cgroup/engine
for process in $(cat /sys/fs/cgroup/cgroup.procs); do echo "$process" > /sys/fs/cgroup/engine/cgroup.procs; done 2>/dev/null
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control
done
rm -f /var/run/docker.pid /run/docker.pid
# crun makes sure that no container can write to its program: unless it lies on something that is only read, it starts
# itself once more from such a place, three times for each container.
mount --bind /usr/bin/crun /usr/bin/crun && mount -o remount,bind,ro /usr/bin/crun
mkdir -p /run/containerd
# GOGC: half as many collections, each of which takes long under emulation.
export GOGC=200
containerd --config /etc/containerd.toml --log-level warn 2> /var/log/containerd &
until [ -S /run/containerd/containerd.sock ]; do sleep 0.02; done
dockerd --containerd /run/containerd/containerd.sock --host unix:///run/docker.sock --pidfile /run/docker.pid \
    --log-level warn 2> /var/log/dockerd &
# One shim for all containers (shim.c), started when the daemon is up; until then, or without it, each gets its own.
containerd-shim-runc-v2 share 2>> /var/log/containerd &
exec /sbin/agent /sys/firmware/qemu_fw_cfg/by_name/opt/drydock/key/raw
