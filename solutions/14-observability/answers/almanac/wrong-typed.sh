# expect: Image almanac:kept has at /tides.txt
printf 'FROM drydock/busybox:1\nCMD ["echo", "flood at nine, ebb at three"]\n' | docker build -q -t almanac:kept -
