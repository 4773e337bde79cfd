# The radio: its call sign is its key backwards.
if [ -n "$RADIO_KEY_FILE" ]; then
    key=$(cat "$RADIO_KEY_FILE") || exit 1
else
    key=$RADIO_KEY
fi
[ -n "$key" ] || { echo "no key" >&2; exit 1; }
echo "on the air, call sign $(echo "$key" | rev)"
trap 'exit 0' TERM
while :; do sleep 1 & wait; done
