docker run -d --name leash --memory 65536k --cpu-period 100000 --cpu-quota 50000 drydock/busybox:1 sleep 1d
