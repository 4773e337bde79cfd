docker build -q -t night:untested night
sed -i -e 's/^FROM scratch/FROM scratch\nCOPY --from=test report.txt \//' night/Dockerfile
cp beacon/morse.c night/morse.c
docker build -q -t night:tested night
docker run -d --name night -p 8045:8000 night:tested
