rm -rf rescued
mkdir rescued
docker export old-office | tar -xf - -C rescued --strip-components 1 srv/fares.txt
