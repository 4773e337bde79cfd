# expect: memory_swap
docker update --memory 32m clerk
