# expect: your answer: sha256:
import docker

check.answer("image-id", docker.from_env().images.get("drydock/busybox:1").short_id)  # noqa: F821
