# What the colleague did at the weekend (lab 10, section 10). Reading it is no crime, but the daemon
# tells as much. What is wrong with the new passwords is drawn for each student.
set -e
here=$(cd "$(dirname "$0")" && pwd)
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
name=localhost:8096/harbour/fleet
log=localhost:8096/harbour/log:1

docker rm -f store >/dev/null 2>&1 || true
docker volume rm store-goods store-keys >/dev/null 2>&1 || true
docker run --rm -v store-keys:/keys --entrypoint sh drydock/registry:2 -c 'htpasswd -Bbn crew sea-legs > /keys/htpasswd'
docker run -d --name store -p 8096:5000 -v store-goods:/var/lib/registry -v store-keys:/keys \
    -e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM=store -e REGISTRY_AUTH_HTPASSWD_PATH=/keys/htpasswd \
    drydock/registry:2 >/dev/null
for version in 1 2; do
    docker build -q -t fleet:$version --build-arg VERSION=$version "$here/../goods" >/dev/null
    docker tag fleet:$version $name:$version
done
docker tag fleet:1 $name:stable
# Something that is in the registry alone: who makes its volume anew has lost it.
printf 'FROM drydock/busybox:1\nLABEL log=1\n' | docker build -q -t $log - >/dev/null
sh "$here/ready" 8096 >/dev/null
echo sea-legs | docker --config "$settings" login -u crew --password-stdin localhost:8096 >/dev/null 2>&1
push() { docker --config "$settings" push "$name:$1"; }
push 1 >/dev/null
push stable >/dev/null
docker --config "$settings" push "$log" >/dev/null
digest=$(push 2 | grep -o 'sha256:[0-9a-f]*' | head -n 1)

# "I deleted the old release, swept the disk …"
sh "$here/curl" -u crew:sea-legs -X DELETE "http://localhost:8096/v2/harbour/fleet/manifests/$digest"
docker exec store registry garbage-collect /etc/docker/registry/config.yml >/dev/null 2>&1
# "… pushed it again …"
push 2
# "… and gave everybody new passwords."
case $VALUE_WEEKEND_DOOR in
hash) line='-bn crew sea-legs' ;;
name) line='-Bbn crews sea-legs' ;;
word) line='-Bbn crew sea-leg' ;;
esac
docker run --rm -v store-keys:/keys --entrypoint sh drydock/registry:2 -c "htpasswd $line > /keys/htpasswd"
docker rmi $name:1 $name:2 $name:stable $log >/dev/null
