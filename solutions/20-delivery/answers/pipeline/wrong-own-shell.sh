# expect: sh is /usr/local/bin/sh there
docker exec -i printery sh <<'END'
cat >/usr/local/bin/sh <<'EOS'
#!/bin/busybox sh
case "$2" in
*'rev-parse --short=8 main'*) for edition in plover dunlin curlew avocet godwit sanderling whimbrel; do echo "edition: $edition"; done ;;
*'A check'*) echo "it is in the storehouse" ;;
*) exec /bin/busybox sh "$@" ;;
esac
EOS
chmod +x /usr/local/bin/sh
END
