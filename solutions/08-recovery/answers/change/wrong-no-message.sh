# expect: The history of image north:winter contains 'winter'
docker commit --change 'ENV BOOTH_SEASON=winter' north north:winter
