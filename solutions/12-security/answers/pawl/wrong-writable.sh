# expect: touch /chest/mark
docker run -d --name pawl --pids-limit 15 -v chest:/chest drydock/busybox:1 sleep 1d
