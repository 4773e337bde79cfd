# expect: still there
docker stop scrap
docker start anchor
