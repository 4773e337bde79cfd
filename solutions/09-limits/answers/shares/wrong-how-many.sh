# expect: Container front is limited to cpuset 0
docker run -d --name front --cpus 1 --cpu-shares 800 drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
docker run -d --name back --cpus 1 --cpu-shares 200 drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
