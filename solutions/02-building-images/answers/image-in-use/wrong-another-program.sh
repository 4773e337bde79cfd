# expect: has the command
docker rm holdout
docker run --name holdout buoy:1 sh -c 'echo still afloat; echo still afloat'
docker rmi --force buoy:spare buoy:1
