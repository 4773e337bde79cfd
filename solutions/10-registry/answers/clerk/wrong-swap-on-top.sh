# expect: memory_swap 64MiB
docker update --memory 32m --memory-swap 64m clerk
