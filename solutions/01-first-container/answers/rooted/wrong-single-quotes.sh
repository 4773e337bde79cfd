# expect: ENGINE_USERNS=$engine
engine=$(docker run --rm --userns host drydock/busybox:1 readlink /proc/self/ns/user)
docker run -d --name rooted --env ENGINE_USERNS='$engine' drydock/busybox:1 sleep 1d
