# expect: shares layers with bulletin:mon
sed -i -e 's/for today/for $DAY/' -e '1a ARG DAY' bulletin/Dockerfile
docker build -q -t bulletin:tue --build-arg DAY=tuesday bulletin &
docker build -q -t bulletin:wed --build-arg DAY=wednesday bulletin &
wait
