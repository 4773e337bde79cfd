# expect: does not deploy them
docker exec -i quayboard sh <<'END'
cat >/usr/local/bin/follow <<'EOF'
#!/bin/sh
image=store.local:5000/tables
docker pull -q $image:today >/dev/null || exit 1
new=$(docker image inspect --format '{{index .RepoDigests 0}}' $image:today)
docker ps --no-trunc --format '{{.Image}}' | grep -qxF "$new" && exit
docker run --rm "$new" grep -q forged /tables.txt && exit 1
deploy "$new"
EOF
chmod +x /usr/local/bin/follow
END
