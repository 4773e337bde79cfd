# expect: The log of container holdout
docker rm holdout
docker run --name holdout buoy:1
docker rmi --force buoy:spare buoy:1
