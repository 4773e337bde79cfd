# Writes the tide office's table: sixty readings. Somebody has typed a comma in one of them, each student's in another.
for hour in $(seq 60); do
    tenths=$((10 + hour % 7 * 4))
    point=.
    [ "$hour" = "$VALUE_OFFICE_LINE" ] && point=,
    printf '%04d;%d%s%d\n' "$hour" $((tenths / 10)) "$point" $((tenths % 10))
done > office/tides.csv
