# expect: harbours.csv
docker commit --change 'ENV TIDES_VERSION=1.3' tides-8 tides:1.3
docker rm -f tides-8
docker run -d --name tides-8 -p 8808:8000 tides:1.3
