# expect: Image buoy:1 is removed
docker rmi buoy:spare
docker rmi buoy:1
docker start -a holdout
