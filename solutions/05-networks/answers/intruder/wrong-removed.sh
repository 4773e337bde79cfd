# expect: there is no container named barge
docker rm -f barge
