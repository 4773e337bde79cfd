# expect: stub-1
docker start stub-1 stub-2 stub-3 candle-end
