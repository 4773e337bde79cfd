mkdir -p three
for i in 1 2 3; do head -c 1000000 /dev/urandom > three/$i.bin; done
printf '%s\n' 'FROM drydock/busybox:1' 'COPY . /data/' | docker build -q -t one:1 -f - three
printf '%s\n' 'FROM drydock/busybox:1' 'RUN mkdir /data' > Dockerfile.many
for i in 1 2 3; do echo "RUN head -c 1000000 /dev/urandom > /data/$i.bin"; done >> Dockerfile.many
docker build -q -t many:1 -f Dockerfile.many .
