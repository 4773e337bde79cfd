# expect: restart policy unless-stopped
docker stop siren
