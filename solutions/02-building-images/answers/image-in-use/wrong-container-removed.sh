# expect: there is no container holdout
docker rm holdout
docker rmi buoy:spare buoy:1
