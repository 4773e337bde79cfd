# expect: Container pier-lamp is running
sed -i -e '/^FROM build AS debug/,$d' -e 's/--from=1/--from=pages/' lamp/Dockerfile
sed -i 's/"--\."\,$/"--..",/' lamp/morse.c
sed -i '/^COPY --from=build/i COPY --from=test /report.txt /report.txt' lamp/Dockerfile
sed -i 's/^CMD ."\/beacon".$/USER 10001\nCMD ["\/beacon"]/' lamp/Dockerfile
docker build -q -t lamp:good lamp
docker run -d --name pier-lamp -p 8046:8000 lamp:good
