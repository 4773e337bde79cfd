# expect: shares layers with bulletin:mon
sed -i -e 's/for today/for $DAY/' -e '2a ARG DAY' bulletin/Dockerfile
docker build -q --no-cache -t bulletin:tue --build-arg DAY=tuesday bulletin &
docker build -q --no-cache -t bulletin:wed --build-arg DAY=wednesday bulletin &
wait
