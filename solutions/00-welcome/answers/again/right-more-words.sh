# More words behind the asked ones are right for `hello`; so they are here.
docker rm hello
docker run --name hello drydock/busybox:1 echo "hello, harbour, and good morning"
docker start -a hello
