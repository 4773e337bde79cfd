# expect: the first mooring is berth
sed -i -e 's|^RUN mkdir.*|WORKDIR /srv/moorings|' -e '/^RUN cd/d' moorings/Dockerfile
docker build -q -t moorings:1 moorings
