# Good here, where nothing else rests: `day` runs before, `lantern` stops after.
docker start day
docker container prune --force
docker stop lantern
