docker create --name front --cpuset-cpus 0 -c 800 drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
docker create --name back drydock/busybox:1 timeout 1 sh -c 'while :; do :; done'
docker update --cpuset-cpus 0 --cpu-shares 200 back
docker start front back
