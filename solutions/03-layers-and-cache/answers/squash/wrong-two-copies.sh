# expect: Image one:1 has this many layers
printf '%s\n' 'FROM drydock/busybox:1' 'COPY 1.bin /data/' 'COPY 2.bin /data/' 'COPY 3.bin /data/' | docker build -q -t many:1 -f - parcels
printf '%s\n' 'FROM drydock/busybox:1' 'COPY 1.bin /data/' 'COPY 2.bin 3.bin /data/' | docker build -q -t one:1 -f - parcels
