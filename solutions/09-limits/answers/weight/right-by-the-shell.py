import subprocess

make = "docker create --name light drydock/busybox:1; docker create --name heavy --blkio-weight 700 drydock/busybox:1"
look = "docker inspect --format '{{.HostConfig.BlkioWeight}}' light heavy"
subprocess.run(make, shell=True, check=True)
light, heavy = subprocess.run(look, shell=True, check=True, capture_output=True, text=True).stdout.split()
check.answer("light-weight", light)  # noqa: F821
check.answer("heavy-weight", heavy)  # noqa: F821
