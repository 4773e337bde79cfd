# expect: your answer: sha256:
import docker

check.answer("image-id", docker.from_env().images.get("drydock/python:3").id)  # noqa: F821
