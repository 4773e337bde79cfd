# ARG may stand before FROM: one Dockerfile for all three.
mkdir -p ship
cat > ship/Dockerfile <<'EOF'
ARG BASE=keel
FROM $BASE
CMD echo "built on keel $KEEL_VERSION"
EOF
docker build -t ship:monday ship
docker image tag keel:2 keel
docker build -t ship:friday ship
sed -i 's/built on/pinned to/' ship/Dockerfile
docker build -t ship:pinned --build-arg BASE=keel:1 ship
