docker cp almanac:/tides.txt tides.txt
printf 'FROM drydock/busybox:1\nCOPY tides.txt /\nCMD cat /tides.txt\n' > Almanac
docker build -q -t almanac:kept -f Almanac .
