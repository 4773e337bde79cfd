# expect: No layer of image signed:1 has a file containing
printf '%s\n' 'FROM drydock/busybox:1 AS sign' 'WORKDIR /out' 'COPY harbour.key /out/lock.txt' 'COPY notice.txt /out/' 'RUN cat lock.txt notice.txt | sha256sum > notice.sig' 'FROM drydock/busybox:1' 'COPY --from=sign /out /' 'RUN ["unlink", "/lock.txt"]' > signed/Dockerfile
docker build -q -t signed:1 signed
