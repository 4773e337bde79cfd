# Each line below the first begins with a time.
if tail -n +2 /www/index.html | grep -vE '^([01][0-9]|2[0-3]):[0-5][0-9] '; then
    echo "no ferry goes then"
    exit 1
fi
echo "good"
