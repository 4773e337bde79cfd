# expect: drydock/busybox:1
docker run --name hello drydock/python:3 echo "hello, harbour"
