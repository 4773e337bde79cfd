# A detour by an archive on disk: the owner is set when it is packed again.
docker run --name safe drydock/busybox:1 true
mkdir -p out
docker cp -a north:/srv/booth - > booth.tar
docker cp -a north:/tmp - > tmp.tar
for file in tickets.txt fares.json; do
    tar -x -f booth.tar -O booth/$file > out/$file
done
tar -x -f tmp.tar -O tmp/waiting-list.txt > out/waiting-list.txt
tar -c --owner=33 --group=33 -C out tickets.txt fares.json waiting-list.txt | docker cp - safe:/mnt
