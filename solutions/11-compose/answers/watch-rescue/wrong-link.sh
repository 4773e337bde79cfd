# expect: there is nothing at rescued/fares.txt
mkdir -p rescued /tmp/elsewhere
docker cp old-office:/srv/fares.txt /tmp/elsewhere/fares.txt
ln -sf /tmp/elsewhere/fares.txt rescued/fares.txt
