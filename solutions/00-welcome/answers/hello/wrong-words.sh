# expect: contains 'hello, harbour'
docker run --name hello drydock/busybox:1 echo "Hello Harbour"
