#!/bin/sh
# meet.sh ME OTHER: works, and looks whether the other one is at work at the same time.
# /quay is a place that both steps see. A new version of this file is a new day.
day=$(sha256sum < /meet.sh | cut -c 1-8)
echo here > "/quay/$day-$1"
tries=50
until [ -e "/quay/$day-$2" ]; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
        rm "/quay/$day-$1"
        echo "the $1 was made while nobody made the $2"
        exit 0
    fi
    sleep 0.1
done
echo "the $1 and the $2 were made at the same time"
