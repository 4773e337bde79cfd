# expect: prints 'pinned to keel 1'
mkdir -p ship
printf 'FROM keel\nCMD echo "built on keel $KEEL_VERSION"\n' > ship/Dockerfile
docker build -q -t ship:monday ship
docker tag keel:2 keel:latest
docker build -q -t ship:friday ship
docker tag ship:monday ship:pinned
