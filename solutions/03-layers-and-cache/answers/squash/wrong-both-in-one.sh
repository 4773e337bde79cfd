# expect: Image many:1 has this many layers
for name in many one; do
printf '%s\n' 'FROM drydock/busybox:1' 'COPY . /data/' | docker build -q -t $name:1 -f - parcels
done
