# expect: no answer yet
import docker

check.answer("fingerprint", docker.from_env().images.get("drydock/busybox:1").id)
