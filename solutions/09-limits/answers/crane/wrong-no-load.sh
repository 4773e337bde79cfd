# expect: /load.txt
printf 'FROM drydock/busybox:1\nRUN echo "oiled, and that took long" > /crane.txt\nCOPY load.txt /load.txt\nCMD ["cat", "/load.txt"]\n' > crane/Dockerfile
docker build -q -t jib:1 crane
echo "load: timber" > crane/load.txt
docker build -q -t jib:2 crane
