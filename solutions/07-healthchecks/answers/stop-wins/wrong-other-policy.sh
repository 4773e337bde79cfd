# expect: restart policy unless-stopped
docker update --restart no siren
docker exec siren kill 1
docker wait siren
