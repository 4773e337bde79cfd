docker run -d --name pawl --init --pids-limit 15 --mount type=volume,source=chest,target=/chest,readonly drydock/busybox:1 sleep 1d
