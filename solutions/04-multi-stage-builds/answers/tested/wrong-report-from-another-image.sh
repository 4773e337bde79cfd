# expect: the step with /test runs again
docker build -q -t night:untested night
cp beacon/morse.c night/morse.c
docker build -q -t night:test --target test night
sed -i '/^COPY --from=build/a COPY --from=night:test /report.txt /report.txt' night/Dockerfile
docker build -q -t night:tested night
docker run -d --name night -p 8045:8000 night:tested
