# expect: The history of image ship:pinned does not contain 'built on keel'
mkdir -p ship
printf 'FROM keel\nCMD echo "built on keel $KEEL_VERSION"\n' > ship/Dockerfile
docker build -q -t ship:monday ship
docker tag keel:2 keel:latest
docker build -q -t ship:friday ship
printf 'FROM ship:monday\nCMD echo "pinned to keel $KEEL_VERSION"\n' > ship/Dockerfile
docker build -q -t ship:pinned ship
