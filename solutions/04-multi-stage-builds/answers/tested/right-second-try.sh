# The whole cell twice, each time after the cell that brings the folder back.
cp -r night as-it-was
for try in first second; do
  rm -rf night && cp -r as-it-was night
  docker build -q -t night:untested night
  sed -i '/^COPY --from=build/a COPY --from=test /report.txt /report.txt' night/Dockerfile
  docker build -q -t night:tested night || echo "refused, as it should be"
  cp beacon/morse.c night/morse.c
  docker build -q -t night:tested night
  docker rm -f night 2>/dev/null
  docker run -d --name night -p 8045:8000 night:tested
done
