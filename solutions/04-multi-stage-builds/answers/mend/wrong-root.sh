# expect: user
sed -i '/^FROM build AS debug/,$d' lamp/Dockerfile
sed -i 's/--from=[01] /--from=pages /' lamp/Dockerfile
cp beacon/morse.c lamp/morse.c
sed -i 's/tcc -o \/beacon/tcc -static -o \/beacon/' lamp/Dockerfile
sed -i '/^COPY --from=build/i COPY --from=test /report.txt /report.txt' lamp/Dockerfile
sed -i 's/^CMD .*beacon.*$/CMD ["\/beacon"]/' lamp/Dockerfile
docker build -q -t lamp:good lamp
docker run -d --name pier-lamp -p 8046:8000 lamp:good
