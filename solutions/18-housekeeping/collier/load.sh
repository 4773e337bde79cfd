# What is on the collier: the bursar's coins, a ledger, a mastlight, and 20 MB of old build steps. $COINS is how many coins.
docker run --name bursar drydock/busybox:1 sh -c "echo '$COINS coins' >/coins" >/dev/null
docker run --rm -v ledger:/l drydock/busybox:1 sh -c "echo 'paid: $COINS' >/l/page; chown 1000:1000 /l/page; chmod 640 /l/page"
docker run -d --name mastlight --restart always drydock/nginx:1 >/dev/null
for cut in 1 2 3 4 5; do
    printf 'FROM drydock/busybox:1\nRUN echo %s; head -c 4000000 /dev/urandom >/rope\n' "$cut" | docker build -q -t hawser:1 - >/dev/null
done
docker image rm hawser:1 >/dev/null
docker image prune -f >/dev/null
df -m /var/lib/docker /srv
