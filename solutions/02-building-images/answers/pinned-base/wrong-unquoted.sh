# expect: prints 'built on keel 1'
mkdir -p ship
cat > ship/Dockerfile <<EOF
FROM keel
CMD echo "built on keel $KEEL_VERSION"
EOF
docker build -q -t ship:monday ship
docker tag keel:2 keel:latest
docker build -q -t ship:friday ship
cat > ship/Dockerfile <<EOF
FROM keel:1
CMD echo "pinned to keel $KEEL_VERSION"
EOF
docker build -q -t ship:pinned ship
