# On the quayboard a handbill from the tag handbill:today; then the tag gets another image, with the word of your copy.
sh harbour/wake.sh || sh harbour/begin.sh
bill() {
    docker exec -i -e WORD="$1" printery sh -e <<'EOF'
printf 'FROM drydock/busybox:1\nRUN mkdir /www; echo "handbill: %s" >/www/index.html\nLABEL edition=%s\nCMD ["httpd", "-f", "-p", "80", "-h", "/www"]\n' "$WORD" "$WORD" |
    docker build -q -t store.local:5000/handbill:today - >/dev/null
docker push -q store.local:5000/handbill:today >/dev/null
EOF
}
bill yesterday
docker exec -i quayboard sh -e <<'EOF'
docker rm -f handbill >/dev/null 2>&1 || true
docker pull -q store.local:5000/handbill:today >/dev/null
docker run -d --name handbill -p 8208:80 -e QUAY=north --restart always store.local:5000/handbill:today >/dev/null
EOF
bill "$VALUE_DELIVERY_BILL"
