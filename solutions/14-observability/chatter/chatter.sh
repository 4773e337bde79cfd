# A gauge that talks too much: 3000 lines at once, then one every second.
number=0
while [ "$number" -lt 3000 ]; do
    number=$((number + 1))
    echo "reading $number of 3000: water at the quay 4.7 m, wind west 5"
done
trap exit TERM
while sleep 1; do
    echo "still here"
done
