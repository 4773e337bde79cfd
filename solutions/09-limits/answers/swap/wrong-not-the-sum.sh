# expect: Container swap-96 is limited to memory 32MiB, memory_swap 96MiB
docker create --name swap-twice --memory 64m drydock/busybox:1
docker create --name swap-none --memory 64m --memory-swap 64m drydock/busybox:1
docker create --name swap-96 --memory 64m --memory-swap 96m drydock/busybox:1
