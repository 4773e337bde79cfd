# expect: memory
docker update --memory-reservation 32m clerk
