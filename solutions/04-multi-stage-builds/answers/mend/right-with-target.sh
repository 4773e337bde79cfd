cp beacon/morse.c lamp/morse.c
sed -i '/^COPY --from=build/i COPY --from=test /report.txt /report.txt' lamp/Dockerfile
sed -i 's/tcc -o \/beacon/tcc -static -o \/beacon/' lamp/Dockerfile
sed -i 's/^CMD .*beacon.*$/USER 10001\nCMD ["\/beacon"]/' lamp/Dockerfile
sed -i 's/--from=[01] /--from=pages /' lamp/Dockerfile
docker build -q --target final -t lamp:good lamp
docker run -d --name pier-lamp -p 8046:8000 lamp:good
