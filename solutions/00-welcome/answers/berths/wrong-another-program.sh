# expect: has the command
for n in 1 2 3; do
    docker run -d --name berth-$n --label berth=$n drydock/busybox:1 tail -f /dev/null
done
