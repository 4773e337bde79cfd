# Brings the east pier's booth to your daemon, as somebody left it at night.
# What is wrong stands below. Ask Docker first: with your own service, nobody will have written it down.

docker rm -f -v east east-old > /dev/null 2>&1
docker image inspect booth:1 > /dev/null 2>&1 || docker build -q -t booth:1 booth
docker create --name east -p 8806:8000 -e BOOTH_PIER=East -e BOOTH_LEDGER=/data/tickets.txt -v /data booth:1 > /dev/null
rm -rf by-night && mkdir by-night && cd by-night

steps=
for step in $VALUE_EAST_ORDER; do steps="$steps${steps:+, }\"$step\""; done
sed -e 's/^VERSION = 2/VERSION = 3/' -e "s/^NEEDED = .*/NEEDED = [\"BOOTH_PIER\", \"$VALUE_EAST_SETTING\"]/" \
    -e "s/^BEFORE_OPENING = .*/BEFORE_OPENING = [$steps]/" ../booth/booth.py > booth.py
printf "%s\n" "a red umbrella" "one left boot" > found.txt
printf "%s\n" Kim Lou Max Noa > tickets.txt
sed 's/"bicycle": 3/"bicycle": 5/' ../booth/fares.json > fares.json

owner=33 mode=644
case $VALUE_EAST_FARES in
    comma) sed -i 's/"child": 3,/"child": 3/' fares.json ;;
    closed) owner=0 mode=600 ;;
    *) mv fares.json fares.json.new && : > fares.json ;;
esac
tar -c --owner=33 --group=33 --mode=644 found.txt booth.py | docker cp - east:/srv/booth > /dev/null
tar -c --owner=$owner --group=$owner --mode=$mode fares.json* | docker cp - east:/srv/booth > /dev/null

case $VALUE_EAST_LEDGER in
    root) owner=0 mode=644 ;;
    clerk) owner=1000 mode=644 ;;
    *) owner=33 mode=444 ;;
esac
tar -c --owner=$owner --group=$owner --mode=$mode tickets.txt | docker cp - east:/data > /dev/null
cd .. && rm -r by-night
docker start east > /dev/null
docker wait east > /dev/null
docker ps -a --filter name=east
