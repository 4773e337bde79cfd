# expect: no image almanac:kept
docker commit --change 'CMD ["cat", "/tides.txt"]' almanac kept
