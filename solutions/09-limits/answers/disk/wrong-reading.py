# expect: Container scribe is limited on /dev/sda
import docker

docker.from_env().containers.create(
    "drydock/busybox:1", "sleep 1d", name="scribe", device_read_bps=[{"Path": "/dev/sda", "Rate": 1048576}]
)
