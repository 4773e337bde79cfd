# expect: Container mirror is running
docker run -d --name mirror -p 8095:5000 -e REGISTRY_PROXY_REMOTEURL=http://overseas:5000 drydock/registry:2
docker wait mirror
docker stop -t 1 overseas
