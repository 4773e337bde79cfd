#!/bin/bash
# The chart room's image as a helpful colleague left it, and two containers. Which files he tidied away, and
# whether before or after he gave them to another owner, differs.
rm -rf quay && mkdir -p quay/survey
cp chartroom/app.py chartroom/prepare.py chartroom/soundings.csv quay/
head -c 5000000 /dev/urandom > quay/survey/echo-sounder.raw
head -c 2000000 /dev/urandom > quay/deploy.key   # a very long key
yes "GET /depth/3/4" | head -c 2000000 > quay/visits.log
tidy="# small and safe: no raw data and no key; tidy: only what is still needed
RUN rm -r survey deploy.key && rm -f *.log *.csv $VALUE_QUAY_FAULT"
own="# every file belongs to the service's user
RUN chown -R 10001 /app"
case $VALUE_QUAY_STEPS in tidy*) steps="$tidy"$'\n'"$own" ;; *) steps="$own"$'\n'"$tidy" ;; esac
cat > quay/Dockerfile <<EOF
FROM drydock/python:3
WORKDIR /app
COPY . .
RUN python3 prepare.py
$steps
USER 10001
CMD ["python3", "app.py"]
EOF
docker rm -f quay quay-try quay-old >/dev/null 2>&1
# All at the same time: yesterday's container, the colleague's image, and
# a scale to weigh against, which is the base image and one million bytes.
docker run --name quay-old drydock/python:3 sh -c "mkdir /app && echo 'The crew of the $VALUE_GUEST_SHIP was here' > /app/guests.txt" &
docker build -q -t quay:bad quay &
mkdir -p scale && head -c 1000000 /dev/zero > scale/ballast
printf 'FROM drydock/python:3\nCOPY ballast /\n' | docker build -q -t quay:limit -f - scale >/dev/null &
wait
docker run -d --name quay-try -p 8033:8000 quay:bad >/dev/null
