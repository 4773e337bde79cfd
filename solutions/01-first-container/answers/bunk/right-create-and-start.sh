docker create --tty --interactive --name bunk drydock/busybox:1 sh
docker start bunk
