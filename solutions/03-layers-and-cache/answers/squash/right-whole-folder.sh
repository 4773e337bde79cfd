printf '%s\n' 'FROM drydock/busybox:1' 'COPY . /data' | docker build -q -t one:1 -f - parcels
printf '%s\n' 'FROM drydock/busybox:1' 'WORKDIR /data' 'COPY 1.bin .' 'COPY 2.bin .' 'COPY 3.bin .' > many.Dockerfile
docker build -q -t many:1 -f many.Dockerfile parcels
