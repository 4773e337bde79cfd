lines = !docker image inspect --format '{{.Id}}' drydock/busybox:1
check.answer("image-id", lines[0])
