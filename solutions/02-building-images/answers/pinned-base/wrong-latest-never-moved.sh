# expect: Image keel:2 is also named keel:latest
mkdir -p ship
printf 'FROM keel\nCMD echo "built on keel $KEEL_VERSION"\n' > ship/Dockerfile
docker build -q -t ship:monday ship
docker build -q -t ship:friday ship
printf 'FROM keel:1\nCMD echo "pinned to keel $KEEL_VERSION"\n' > ship/Dockerfile
docker build -q -t ship:pinned ship
