# expect: 0 times
for name in duo duo-bell duo-horn; do
    case $name in duo) set -- ;; duo-bell) set -- sh /bell.sh ;; *) set -- sh /horn.sh ;; esac
    docker run -d --name $name --restart always duo:1 "$@"
done
timeout 40 sh -c "until docker logs duo | grep -q 'the bell rings'; do sleep 0.2; done"
docker exec duo touch /snap
docker restart -t 1 duo-bell
