# expect: keel 2
mkdir -p ship
printf 'FROM keel\nCMD ["cat", "/etc/keel-version"]\n' > ship/Dockerfile
docker build -q -t ship:monday ship
docker tag keel:2 keel:latest
docker build -q -t ship:friday ship
printf 'FROM keel:latest\nCMD ["cat", "/etc/keel-version"]\n' > ship/Dockerfile
docker build -q -t ship:pinned ship
