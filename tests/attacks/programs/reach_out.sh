# In a container with all rights that Docker gives: what of the machine is within reach, a line for each thing.
echo "uid_map $(tr -s ' ' </proc/self/uid_map | tr '\n' ';')"
grep Cap /proc/self/status
for device in $(ls /dev | grep -vE '^(console|fd|full|mqueue|null|ptmx|pts|random|shm|std.*|tty|urandom|zero|core)$'); do
    echo "device $device"
done
for device in /dev/[hsv]d* /dev/nvme* /dev/kvm /dev/mem /dev/kmsg /dev/loop*; do
    head -c 1 "$device" >/dev/null 2>&1 && echo "reads $device"
done
for number in "b 254 0" "b 8 0" "b 259 0" "c 1 1" "c 1 11" "c 10 232"; do
    # shellcheck disable=SC2086 # a kind and two numbers
    mknod /tmp/node $number 2>/dev/null && echo "mknod $number" && rm /tmp/node
done
mkdir -p /tmp/m
for kind in debugfs tracefs securityfs bpf ext4 fusectl; do
    mount -t "$kind" none /tmp/m 2>/dev/null && echo "mounts $kind" && umount /tmp/m
done
for setting in kernel/core_pattern kernel/modprobe kernel/sysrq vm/drop_caches kernel/hotplug; do
    place=/proc/sys/$setting
    [ -e "$place" ] && sh -c "cat $place > $place" 2>/dev/null && echo "writes $setting"
done
sh -c 'echo h > /proc/sysrq-trigger' 2>/dev/null && echo "writes sysrq-trigger"
dmesg >/dev/null 2>&1 && echo "reads the kernel's log"
# $1: a file of the machine's.
[ -e "/host$1" ] && echo "shows $1"
for name in $(cat /proc/net/dev | tail -n +3 | cut -d: -f1); do
    case $name in lo | docker* | veth* | br-* | eth* | docker_gwbridge) ;; *) echo "interface $name" ;; esac
done
cat /proc/[0-9]*/comm | grep -E '^(systemd|init|kthreadd|sshd|jupyter.*|python.*)$'
echo done
