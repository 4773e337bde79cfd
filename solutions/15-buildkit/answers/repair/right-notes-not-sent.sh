printf '.git\nnotes.txt\n' > tollhouse/.dockerignore
sed -i '1d; s/--from=count /--from=counting /' tollhouse/Dockerfile
docker build -q -t tollhouse:1 tollhouse
