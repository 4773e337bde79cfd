docker run -d --name beacon --health-cmd '[ -e /lit ] || exit 1' --health-interval 1s --health-retries 2 drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
