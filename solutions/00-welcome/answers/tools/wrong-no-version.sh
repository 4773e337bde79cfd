# expect: harbour/tools:1
docker tag drydock/busybox:1 harbour/tools
