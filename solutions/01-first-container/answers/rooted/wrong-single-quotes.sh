# expect: ENGINE_USERNS=$engine
engine=$(docker run --rm --privileged --pid host drydock/busybox:1 readlink /proc/1/ns/user)
docker run -d --name rooted --env ENGINE_USERNS='$engine' drydock/busybox:1 sleep 1d
