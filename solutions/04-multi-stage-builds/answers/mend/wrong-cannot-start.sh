# expect: Container pier-lamp is running
# Neither the library nor the shell was seen to: whichever it was.
sed -i '/^FROM build AS debug/,$d' lamp/Dockerfile
sed -i 's/--from=[01] /--from=pages /' lamp/Dockerfile
cp beacon/morse.c lamp/morse.c
sed -i '/^COPY --from=build/i COPY --from=test /report.txt /report.txt' lamp/Dockerfile
sed -i -e 's/^CMD/USER 10001\nCMD/' lamp/Dockerfile
docker build -q -t lamp:good lamp
docker run -d --name pier-lamp -p 8046:8000 lamp:good
