#!/bin/sh
# count.sh RATES: counts the tolls. It takes an hour (here: a moment).
awk '{ sum += $2 } END { print "tolls of the day: " sum " crowns" }' "$1"
