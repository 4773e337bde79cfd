# Lays out the tide office as the night left it: Dockerfile, program, and the table with sixty readings. Somebody has
# typed a comma in one of them, each student's in another.
cp office/night/Dockerfile office/night/page.py office/
for hour in $(seq 60); do
    tenths=$((10 + hour % 7 * 4))
    point=.
    [ "$hour" = "$VALUE_OFFICE_LINE" ] && point=,
    printf '%04d;%d%s%d\n' "$hour" $((tenths / 10)) "$point" $((tenths % 10))
done > office/tides.csv
