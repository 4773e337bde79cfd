# expect: still there
docker stop candle cresset rushlight taper
docker start candle cresset rushlight taper
