# expect: bulletin for tuesday
sed -i -e 's/for today/for $DAY/' bulletin/Dockerfile
docker build -q -t bulletin:tue --build-arg DAY=tuesday bulletin &
docker build -q -t bulletin:wed --build-arg DAY=wednesday bulletin &
wait
