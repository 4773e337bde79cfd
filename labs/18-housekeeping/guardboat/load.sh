# The klaxon of the guardboat, and the mop that has all but filled its disk.
docker volume create klaxon-rope >/dev/null
docker run --rm -v klaxon-rope:/rope drydock/busybox:1 sh -c \
    "echo 'The klaxon says: $WORD' >/rope/index.html; touch -d '2001-01-01 00:00:00' /rope/index.html"
docker create --name klaxon -p 8189:80 -v klaxon-rope:/usr/share/nginx/html drydock/nginx:1 \
    sh -c 'fallocate -l 3m /var/cache/echo && exec nginx -g "daemon off;"' >/dev/null
free=$(df -k /var/lib/docker | awk 'NR == 2 { print $4 }')
docker run --name mop drydock/busybox:1 sh -c "head -c $((free - 1200))k /dev/zero >/puddle"
