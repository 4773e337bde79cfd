# A gauge that talks too much: 3000 lines at once, then one more. Then it is silent, so that its log stays as it is.
number=0
while [ "$number" -lt 3000 ]; do
    number=$((number + 1))
    echo "reading $number of 3000: water at the quay 4.7 m, wind west 5"
done
echo "still here"
trap exit TERM
while sleep 1; do :; done
