# expect: stub-3
docker rm stub-1 stub-2
docker start candle-end
