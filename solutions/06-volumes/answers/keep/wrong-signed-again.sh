# expect: Anne Bonny (version 1)
docker run -d --name book -v guests:/book -p 8061:8000 guestbook:2
docker exec book python3 guestbook.py sign "Anne Bonny"
docker exec book python3 guestbook.py sign "Mary Read"
