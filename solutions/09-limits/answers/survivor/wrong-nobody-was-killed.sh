# expect: Container survivor was killed for want of memory
docker run --name survivor --memory 32m drydock/busybox:1 sh -c 'sleep 0.1; echo "tail ended with 137"'
