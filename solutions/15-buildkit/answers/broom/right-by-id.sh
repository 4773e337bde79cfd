docker buildx du --verbose | awk '/^ID:/ { id = $2 } /old-hemp/ && /cached mount/ { print id }' | while read -r id; do
    docker buildx prune -f --filter id=$id
done
