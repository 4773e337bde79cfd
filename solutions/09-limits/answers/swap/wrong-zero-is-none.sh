# expect: Container swap-none is limited to memory 64MiB, memory_swap 64MiB
docker create --name swap-twice --memory 64m drydock/busybox:1
docker create --name swap-none --memory 64m --memory-swap 0 drydock/busybox:1
docker create --name swap-96 --memory 32m --memory-swap 96m drydock/busybox:1
