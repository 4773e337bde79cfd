# expect: Container candle-end is running
docker rm stub-1 stub-2 stub-3
docker rm candle-end
