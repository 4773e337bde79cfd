# expect: harbour/tools:
docker tag drydock/busybox:1 harbour/tools
