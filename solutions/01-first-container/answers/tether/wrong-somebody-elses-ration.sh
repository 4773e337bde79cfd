# expect: memory
docker update --memory 128m --cpus 0.5 mule
