# expect: Image night:untested has nothing at /report.txt
for try in first second; do
  docker build -q -t night:untested night
  grep -q from=test night/Dockerfile || sed -i '/^COPY --from=build/a COPY --from=test /report.txt /report.txt' night/Dockerfile
  cp beacon/morse.c night/morse.c
  docker build -q -t night:tested night
done
docker run -d --name night -p 8045:8000 night:tested
