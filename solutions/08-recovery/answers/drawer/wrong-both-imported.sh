# expect: Image night-ferry:1 is built on drydock/busybox:1
docker import --change 'ENV FERRY=night' --change 'CMD ["sh", "-c", "echo The night ferry:; cat /srv/timetable.txt"]' found/night.tar night-ferry:1
docker import --change 'ENV FERRY=day' --change 'CMD ["sh", "-c", "echo The day ferry:; cat /srv/timetable.txt"]' found/day.tar day-ferry:1
