# expect: Container duo-horn has the command
docker run -d --name duo --restart always duo:1
docker run -d --name duo-bell --restart always duo:1 sh /bell.sh
docker run -d --name duo-horn --restart always duo:1
for name in duo duo-bell; do
    timeout 40 sh -c "until docker logs $name | grep -q 'the bell rings'; do sleep 0.2; done"
    docker exec $name touch /snap
done
