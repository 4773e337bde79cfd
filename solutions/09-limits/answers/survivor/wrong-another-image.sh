# expect: Container survivor was made from drydock/busybox:1
docker run --name survivor --memory 32m --memory-swap 32m drydock/python:3 python3 -c '
import subprocess, time
child = subprocess.run(["tail", "/dev/zero"])
print("ended with", 128 - child.returncode)
time.sleep(1)'
