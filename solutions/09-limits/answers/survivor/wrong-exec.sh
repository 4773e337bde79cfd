# expect: Container survivor has exited with code 0
# exec makes the hungry one the main process.
docker run --name survivor --memory 32m drydock/busybox:1 sh -c 'exec tail /dev/zero; echo "tail ended with $?"'
