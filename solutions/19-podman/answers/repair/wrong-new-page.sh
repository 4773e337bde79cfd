# expect: 8193
docker exec -u app -w /home/app harbour podman rm -f -t 0 lodestar
docker exec -u app -w /home/app harbour podman run -d --name lodestar -v beam:/usr/share/nginx/html -p 8193:80 drydock/nginx:1
docker exec -u app -w /home/app harbour podman exec lodestar sh -c 'rm /usr/share/nginx/html/index.html; echo Here is the lodestar. >/usr/share/nginx/html/index.html'
