# expect: No layer of image signed:1 has the file harbour.key
printf '%s\n' 'FROM drydock/busybox:1 AS sign' 'WORKDIR /sign' 'COPY . .' 'RUN cat harbour.key notice.txt | sha256sum > notice.sig' 'FROM drydock/busybox:1' 'COPY --from=sign /sign /sign' 'RUN cp /sign/notice.* / && rm -r /sign' > signed/Dockerfile
docker build -q -t signed:1 signed
