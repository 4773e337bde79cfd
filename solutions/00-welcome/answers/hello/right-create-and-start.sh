docker create --name hello drydock/busybox:1 echo "hello, harbour"
docker start --attach hello
