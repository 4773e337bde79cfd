# expect: Container ferry-desk is running
docker stop ferry-desk pilot-desk customs-desk
docker start berths
