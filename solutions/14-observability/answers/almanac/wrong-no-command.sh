# expect: flood at nine
docker commit almanac almanac:kept
