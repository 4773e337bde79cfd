# The evening report: copies the guest book into the folder /reports, now, and then every hour.
while cp /book/guests.txt /reports/guests.txt; do
    echo "report written"
    sleep 3600
done
echo "no report: see the message above" >&2
exit 1
