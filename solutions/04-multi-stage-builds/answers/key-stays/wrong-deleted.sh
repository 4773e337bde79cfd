# expect: 'harbour.key'
printf '%s\n' 'FROM drydock/busybox:1' 'COPY . /' 'RUN cat harbour.key notice.txt | sha256sum > notice.sig && rm harbour.key' > signed/Dockerfile
docker build -q -t signed:1 signed
