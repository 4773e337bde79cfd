#!/bin/sh
# saw.sh LIST SHIP: saws the planks of a list and nails them to the ship. A plank takes a minute (here: a moment).
# A plank that lies in the shed (the folder /shed) is taken from there, and a new one is put there, too.
mkdir -p /shed "$2"
sawn=0 taken=0
for plank in $(cat "$1"); do
    if [ -e "/shed/$plank" ]; then
        taken=$((taken + 1))
    else
        sawn=$((sawn + 1))
        sleep 0.01
        echo "$plank, sawn in the build $(cat /proc/sys/kernel/random/uuid)" > "/shed/$plank"
    fi
    cp "/shed/$plank" "$2/"
done
echo "sawn: $sawn, from the shed: $taken"
