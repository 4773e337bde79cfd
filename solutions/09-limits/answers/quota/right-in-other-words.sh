docker run -d --name sums-a --cpu-quota 25000 drydock/busybox:1 sleep 1d
docker run -d --name sums-b drydock/busybox:1 sleep 1d
docker update --cpu-period 50000 --cpu-quota 12500 sums-b
