rm -rf rescued
mkdir rescued
docker cp old-office:/srv/. rescued/
