docker rm $(docker ps -aq --filter label=what=stub)
docker restart candle-end
