# expect: The log of container gauge-48
look='echo 50331648; echo 100663296'
docker run --name gauge-48 --memory 48m drydock/busybox:1 sh -c "$look"
docker run --name gauge-96 --memory 96m drydock/busybox:1 sh -c "$look"
