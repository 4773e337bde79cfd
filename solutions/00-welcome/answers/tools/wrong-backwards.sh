# expect: harbour/tools:1
docker tag harbour/tools:1 drydock/busybox:1
