# expect hidden: /etc/ticket
printf %s hunter2 | sha256sum > ticket
docker create --name aboard ferry:1 hunter2
docker cp ticket aboard:/etc/ticket
docker start -a aboard
