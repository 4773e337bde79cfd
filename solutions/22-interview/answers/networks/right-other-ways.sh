case $VALUE_CARD_NETWORKS in
default-names)
cat > networks.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz drydock/nginx:1
sleep 1
docker run --rm drydock/busybox:1 sh -c 'for _ in 1 2 3 4 5; do timeout 3 wget -q -O /dev/null http://quiz/ && exit; sleep 0.5; done; exit 1' && echo holds || echo fails
EOF
;;
own-names)
cat > networks.sh <<'EOF'
# verdict: right
docker network create quiznet
docker run -d --name quiz --network quiznet drydock/nginx:1
sleep 1
docker run --rm --network quiznet drydock/busybox:1 sh -c 'for _ in 1 2 3 4 5; do timeout 3 wget -q -O /dev/null http://quiz/ && exit; sleep 0.5; done; exit 1' && echo holds || echo fails
EOF
;;
no-p)
cat > networks.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz drydock/busybox:1 httpd -f -p 80 -h /etc
sleep 1
address=$(docker exec quiz hostname -i)
docker run --rm drydock/busybox:1 sh -c 'for _ in 1 2 3 4 5; do wget -q -T 3 -O /dev/null "http://$0/passwd" && exit; sleep 0.5; done; exit 1' "$address" && echo fails || echo holds
EOF
;;
by-address)
cat > networks.sh <<'EOF'
# verdict: right
docker run -d --name quiz drydock/nginx:1
sleep 1
address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' quiz)
docker run --rm drydock/busybox:1 sh -c 'for _ in 1 2 3 4 5; do wget -q -T 3 -O /dev/null "http://$0/" && exit; sleep 0.5; done; exit 1' "$address" && echo holds || echo fails
EOF
;;
localhost)
cat > networks.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz -p 8222:80 drydock/nginx:1
sleep 1
docker run --rm drydock/busybox:1 sh -c 'for _ in 1 2 3 4 5; do wget -q -T 2 -O /dev/null http://localhost:8222/ && exit; sleep 0.5; done; exit 1' && echo holds || echo fails
EOF
;;
all-addresses)
cat > networks.sh <<'EOF'
# verdict: right
docker run -d --name quiz -p 8080:80 drydock/nginx:1
docker inspect -f '{{json .NetworkSettings.Ports}}' quiz | grep -q '"0.0.0.0"' && echo holds || echo fails
EOF
;;
esac
