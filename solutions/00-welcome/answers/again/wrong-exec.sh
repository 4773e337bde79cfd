# expect: The log of container hello
docker exec hello echo "hello, harbour"
