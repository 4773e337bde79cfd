# expect: The log of container hello
docker logs hello
docker logs hello
