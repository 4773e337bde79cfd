# The lodestar after the storm, in the harbour and as app (lab 19). WORD is on its page, KEEPER was its keeper.
# The check knows the page again by its time.
podman rm -f -t 0 lodestar >/dev/null 2>&1
podman volume rm -f beam >/dev/null 2>&1
podman run --rm -v beam:/beam drydock/busybox:1 sh -c "
echo 'The lodestar says: $WORD' >/beam/index.html
touch -d '2001-01-01 00:00:00' /beam/index.html
chown $KEEPER:$KEEPER /beam/index.html
chmod 600 /beam/index.html"
podman run -d --name=lodestar -v beam:/usr/share/nginx/html -p 127.0.0.1:8193:80 drydock/nginx:1 >/dev/null
podman kill lodestar >/dev/null
podman wait lodestar >/dev/null
