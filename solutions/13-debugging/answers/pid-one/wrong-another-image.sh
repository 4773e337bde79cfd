# expect: Container nursed was made from drydock/busybox:1
docker run -d --name alone drydock/busybox:1 sleep 1d
docker run -d --name nursed --init drydock/python:3 sleep 1d
for name in alone nursed; do
    timeout 40 sh -c "until docker top $name -eo pid,comm | grep -q sleep; do sleep 0.1; done"
done
docker stop nursed
docker stop -t 1 alone
