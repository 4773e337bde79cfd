# expect: bytes is refused
docker network create -o com.docker.network.driver.mtu=1500 tunnel
docker run -d --name ferry --network tunnel drydock/python:3 sleep 1d
