# Three wherries, one of which lies at the mailboat's port, and the mailboat, which can't be started there.
docker rm -f mailboat wherry-ann wherry-bess wherry-cleo >/dev/null 2>&1
run() { docker run -d --stop-signal KILL "$@" drydock/busybox:1 httpd -f -p 80 -h /tmp >/dev/null; }
for name in wherry-ann wherry-bess wherry-cleo; do
  if [ "$name" = "$VALUE_MOORING" ]; then run --name $name -p 8047:80 & else run --name $name & fi
done
wait
docker run -d --name mailboat --label owner=post -p 8047:80 drydock/busybox:1 \
  sh -c 'mkdir -p /www && echo "letters for the island" > /www/index.html && exec httpd -f -p 80 -h /www' >/dev/null
exit 0   # the mailboat was refused, as it should be
