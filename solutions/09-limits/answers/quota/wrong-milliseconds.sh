# expect: Container sums-b
docker run -d --name sums-a --cpus 0.25 drydock/busybox:1 sleep 1d
docker run -d --name sums-b --cpu-period 50 --cpu-quota 12 drydock/busybox:1 sleep 1d
