# expect: keel 2
mkdir -p ship
docker tag keel:2 keel:latest
printf 'FROM keel\nCMD ["cat", "/etc/keel-version"]\n' > ship/Dockerfile
docker build -q -t ship:monday ship
docker build -q -t ship:friday ship
printf 'FROM keel:1\nCMD ["cat", "/etc/keel-version"]\n' > ship/Dockerfile
docker build -q -t ship:pinned ship
