sed -i -e 's/for today/for $DAY/' -e '2a ARG DAY=monday' bulletin/Dockerfile
docker build -q -t bulletin:tue --build-arg DAY=tuesday bulletin
DAY=wednesday docker build -q -t bulletin:wed --build-arg DAY bulletin
