mkdir -p ship
printf '%s\n' 'FROM keel' 'CMD echo "built on keel $KEEL_VERSION"' > ship/Dockerfile
for try in first second; do
  docker tag keel:1 keel:latest
  docker build -q -t ship:monday ship
  docker tag keel:2 keel:latest
  docker build -q -t ship:friday ship
done
sed 's/keel$/keel:1/; s/built on/pinned to/' ship/Dockerfile | docker build -q -t ship:pinned -
