docker volume create guests
docker run -d --name book --mount type=volume,source=guests,target=/book -p 8061:8000 guestbook:1
docker run --rm -v guests:/book guestbook:1 sign "Anne Bonny"
docker stop -t 1 book
docker container rename book old-book
docker run -d --name book --mount source=guests,target=/book/ --publish 8061:8000 guestbook:2
docker run --rm -v guests:/book guestbook:2 sign "Mary Read"
