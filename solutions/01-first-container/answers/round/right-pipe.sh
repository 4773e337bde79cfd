cat round.sh | docker run --interactive --name round drydock/busybox:1 sh
