# expect: is the old office's list
mkdir -p rescued
docker cp old-office:/srv/fares.txt - | tar -xO | grep -o 'seal .*' > rescued/fares.txt
