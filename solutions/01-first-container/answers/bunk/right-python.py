import docker

docker.from_env().containers.run("drydock/busybox:1", "sh", name="bunk", detach=True, tty=True, stdin_open=True)
