# The keeper of the gate. Greets on stdout, asks on stderr, and waits on stdin for the answer.
printf 'Who goes there? %s' "$SHIP"
sleep 0.3
word=$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')
printf 'countersign %s' "$word" >&2
read -r answer
sleep 0.3
if [ "$answer" = "$word" ]; then
    echo "$SHIP has passed" >>/gate
    printf 'Pass, friend.'
else
    printf 'Begone.' >&2
    exit 1
fi
