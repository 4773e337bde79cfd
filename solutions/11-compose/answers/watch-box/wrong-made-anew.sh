# expect: Container winch has at /dev/shm/rope
docker rm -f winch
docker run -d --name winch --init --memory 48m --memory-swap 48m --pids-limit 20 drydock/busybox:1 sleep 1d
