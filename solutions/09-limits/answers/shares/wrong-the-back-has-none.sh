# expect: Container back is limited to cpu_shares 200
docker run -d --name front --cpuset-cpus 0 --cpu-shares 800 drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
docker run -d --name back --cpuset-cpus 0 drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
