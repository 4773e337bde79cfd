#!/bin/bash
# Three buoys leave their measurements, equally large. The disk watch reports where those of one of them lie:
# which one differs, $VALUE_FULL_BUOY.
docker rm -f buoy-red buoy-green buoy-white buoy-full >/dev/null 2>&1
buoy() {
    docker run --name "$1" drydock/busybox:1 sh -c "head -c 2000000 /dev/zero > /var/waves-$2.dat"
}
buoy buoy-red 17 &
buoy buoy-green 23 &
buoy buoy-white 42 &
wait
if [ "$(docker info --format '{{.Driver}}')" = overlay2 ]; then
    docker inspect --format 'large folder: {{.GraphDriver.Data.UpperDir}}' "$VALUE_FULL_BUOY"
else
    # This store keeps its folders elsewhere, and `docker inspect` doesn't tell where.
    case $VALUE_FULL_BUOY in
        buoy-red) number=17 ;;
        buoy-green) number=23 ;;
        *) number=42 ;;
    esac
    echo "large file: /var/waves-$number.dat, in one of the containers"
fi >disk-report.txt
