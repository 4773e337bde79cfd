# expect: Volume slips has the driver option type=tmpfs
docker volume create --label size=1m slips
docker run -d --name desk -v slips:/slips drydock/busybox:1 sleep 1d
