printf '%s\n' 'FROM drydock/python:3 AS sign' 'COPY . /in/' 'RUN mkdir /out && cat /in/harbour.key /in/notice.txt | sha256sum > /out/notice.sig && cp /in/notice.txt /out/' 'FROM drydock/busybox:1' 'COPY --from=sign /out/ /' > signed/Dockerfile
docker build -q -t signed:1 signed
