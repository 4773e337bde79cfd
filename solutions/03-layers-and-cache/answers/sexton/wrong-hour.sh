# expect: tells of both lives
echo 24 > hour
docker cp hour sexton:/hour
docker start -a sexton
