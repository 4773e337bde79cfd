# expect: Container sums-b is limited to cpu_quota 12500
docker run -d --name sums-a --cpus 0.25 drydock/busybox:1 sleep 1d
docker run -d --name sums-b --cpu-period 50000 --cpu-quota 25000 drydock/busybox:1 sleep 1d
