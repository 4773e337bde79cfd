# Rings until the rope snaps, that is, until there is a file /snap.
echo "the bell rings"
until [ -e /snap ]; do sleep 0.2; done
rm /snap
echo "the rope has snapped"
exit 1
