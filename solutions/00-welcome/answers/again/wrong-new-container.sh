# expect: The log of container hello
docker run --name hello-2 drydock/busybox:1 echo "hello, harbour"
