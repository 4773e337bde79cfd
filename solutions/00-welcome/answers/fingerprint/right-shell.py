lines = !docker image ls --no-trunc --quiet drydock/busybox:1
check.answer("image-id", lines[0])
