# expect: the same environment as
for size in 48 96; do
    docker run --name gauge-$size --memory ${size}m -e BOX=$((size * 1048576)) drydock/busybox:1 sh -c 'echo $BOX'
done
