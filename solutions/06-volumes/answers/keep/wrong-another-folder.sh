# expect: the volume guests -> /book
docker run -d --name book -v guests:/data -p 8061:8000 guestbook:1
docker exec book python3 guestbook.py sign "Anne Bonny"
docker rm -f book
docker run -d --name book -v guests:/data -p 8061:8000 guestbook:2
docker exec book python3 guestbook.py sign "Mary Read"
