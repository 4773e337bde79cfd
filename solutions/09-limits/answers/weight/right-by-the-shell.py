import subprocess

make = "docker create --name light drydock/busybox:1; docker create --name heavy --blkio-weight 700 drydock/busybox:1"
look = "docker inspect --format '{{.HostConfig.BlkioWeight}}' light heavy"
made = subprocess.run(make, shell=True, check=True, capture_output=True, text=True).stderr.split()
light, heavy = subprocess.run(look, shell=True, check=True, capture_output=True, text=True).stdout.split()
check.answer("light-weight", light)  # noqa: F821
check.answer("heavy-weight", heavy)  # noqa: F821
check.answer("heavy-warning", f"{heavy} {made[-1].strip('.').upper() if made else 'none'}")  # noqa: F821
