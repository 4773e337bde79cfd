# expect: The log of container gauge-48
for size in 48 96; do
    docker run --name gauge-$size --memory ${size}m drydock/busybox:1 sh -c 'free | grep Mem'
done
