# expect: Image night:tested has at /report.txt
docker build -q -t night:untested night
cp beacon/morse.c night/morse.c
docker build -q -t night:tested night
docker run -d --name night -p 8045:8000 night:tested
