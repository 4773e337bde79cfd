# expect: there is no container named hello
docker run drydock/busybox:1 echo "hello, harbour"
