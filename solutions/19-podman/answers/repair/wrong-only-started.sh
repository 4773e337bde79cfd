# expect: 8193
docker exec -u app -w /home/app harbour podman start lodestar
