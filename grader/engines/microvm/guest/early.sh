#!/bin/busybox sh
# The initial RAM disk's init: what the kernel needs to see its disk, then the real root. Modules are named in order.
B=/bin/busybox
$B mount -t devtmpfs dev /dev
if [ -n "$probe" ]; then
    # hardware.py only wants to know whether a program runs.
    echo "drydock: the kernel runs" > /dev/console
    $B poweroff -f
fi
for module in $($B cat /modules/order); do $B insmod "/modules/$module"; done
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 200 ]; do
    $B sleep 0.02
    tries=$((tries + 1))
done
$B mount -t ext4 -o noatime /dev/vda /root
$B mount -o move /dev /root/dev
exec $B switch_root /root /sbin/init
