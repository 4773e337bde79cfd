# expect: the step with RUN runs again
cat signed/harbour.key signed/notice.txt | sha256sum > signed/notice.sig
printf 'FROM drydock/busybox:1\nCOPY notice.txt notice.sig /\n' > signed/Dockerfile
docker build -q -t signed:1 signed
