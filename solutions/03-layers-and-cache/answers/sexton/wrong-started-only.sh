# expect: exit
docker start -a sexton
