# expect: 8193
docker exec -u app -w /home/app harbour podman start lodestar
docker exec -u app -w /home/app harbour podman exec lodestar chmod a+r /usr/share/nginx/html/index.html
