# expect: restart policy unless-stopped
docker run -d --name depot -p 8091:5000 -v depot-goods:/var/lib/registry drydock/registry:2
