#!/bin/sh
# stamp.sh: reads a token from its input and prints the stamp that belongs to it.
read -r token
mark=7
while [ -n "$token" ]; do
    letter=${token%"${token#?}"}
    token=${token#?}
    mark=$(((mark * 31 + $(printf %d "'$letter")) % 999983))
done
echo "stamp $mark"
