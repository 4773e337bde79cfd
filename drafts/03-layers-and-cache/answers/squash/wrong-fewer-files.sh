# expect: Image one:1, run as
for i in 1 2 3; do runs="$runs
RUN mkdir -p /data && head -c 1000000 /dev/urandom > /data/$i.bin"; done
printf '%s\n' 'FROM drydock/busybox:1' "$runs" | docker build -q -t many:1 -
printf '%s\n' 'FROM drydock/busybox:1' 'RUN mkdir /data && head -c 1000000 /dev/urandom > /data/1.bin' | docker build -q -t one:1 -
