# expect: is running
docker stop ferry-desk pilot-desk customs-desk
docker start berths
