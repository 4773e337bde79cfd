# How the ferry office was started until yesterday: one command after the other, by hand.
docker network create ferry-net
docker volume create ferry-pages
docker run -d --name ferry-book --network ferry-net --network-alias book -v ferry-pages:/data drydock/redis:8
docker run -d --name ferry-api --network ferry-net --network-alias api ferry/office:1
docker run -d --name ferry-printer --network ferry-net ferry/office:1 print
docker run -d --name ferry-web --network ferry-net -p 8100:80 \
    -v "$PWD/web.conf:/etc/nginx/conf.d/default.conf:ro" drydock/nginx:1
