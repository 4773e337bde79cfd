# expect: The log of container holdout
docker rmi --force buoy:spare buoy:1
