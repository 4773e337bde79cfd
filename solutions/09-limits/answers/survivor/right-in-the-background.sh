docker run -d --name survivor --memory 32m drydock/busybox:1 \
    sh -c 'tail /dev/zero; echo "tail ended with $?"; sleep 1'
