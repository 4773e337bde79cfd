# expect: Container gauge-48 has the same command as gauge-96
# Worked out by hand: this container doesn't know its box.
docker run --name gauge-48 --memory 48m drydock/busybox:1 echo 50331648
docker run --name gauge-96 --memory 96m drydock/busybox:1 echo 100663296
