# expect: sh is /usr/local/bin/sh there
docker exec -i quayboard sh <<'END'
cat >/usr/local/bin/sh <<'EOS'
#!/bin/busybox sh
case "$2" in
*' follow >/dev/null 2>&1 </dev/null
sleep'*) echo "edition: neap"; echo "store.local:5000/tables@sha256:0000000000000000000000000000000000000000000000000000000000000000"; echo "as today" ;;
*'the same container'*) echo "the same container" ;;
*) exec /bin/busybox sh "$@" ;;
esac
EOS
chmod +x /usr/local/bin/sh
END
