# expect: there is no container named siren
docker rm -f siren
