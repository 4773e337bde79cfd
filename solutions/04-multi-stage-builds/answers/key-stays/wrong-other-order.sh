# expect: /notice.sig
printf '%s\n' 'FROM drydock/busybox:1 AS sign' 'WORKDIR /work' 'COPY . .' 'RUN cat notice.txt harbour.key | sha256sum > notice.sig' 'FROM drydock/busybox:1' 'COPY --from=sign /work/notice.txt /work/notice.sig /' > signed/Dockerfile
docker build -q -t signed:1 signed
