# expect: Image lamp:good is smaller than
cp beacon/morse.c lamp/morse.c
sed -i 's/tcc -o \/beacon/tcc -static -o \/beacon/' lamp/Dockerfile
sed -i 's/^CMD ."sh".$/CMD ["\/beacon"]/' lamp/Dockerfile
docker build -q -t lamp:good lamp
docker run -d --name pier-lamp -p 8046:8000 lamp:good
