docker image rm --force buoy:1 buoy:spare
docker start holdout
docker wait holdout
