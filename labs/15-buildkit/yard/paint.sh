#!/bin/sh
# paint.sh COLOUR SHIP: paints the ship. COLOUR is a file.
[ -d "$2" ] || { echo "there is no ship" >&2; exit 1; }
echo "a ship of $(ls "$2" | grep -c plank) planks, painted $(head -n 1 "$1")" > "$2/log"
