docker build -q -t night:untested night
cp beacon/morse.c night/morse.c
sed -i 's/^COPY --from=build .*/COPY --from=test \/beacon \/beacon\nCOPY --from=test \/report.txt \/report.txt/' night/Dockerfile
docker build -q -t night:tested night
docker run -d --name night -p 8045:8000 night:tested
