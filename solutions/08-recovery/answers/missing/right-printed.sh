docker run --rm booth:1 cat fares.json | docker exec -i west sh -c 'cat > fares.json'
