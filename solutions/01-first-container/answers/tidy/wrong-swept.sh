# expect: there is no container named
docker rm -f candle cresset rushlight taper
