# The post office: twenty letters, and every letter has a carrier of its own.
trap exit TERM
for letter in $(seq 20); do
    sleep 1 &
done
wait
echo "20 letters delivered"
sleep 1d & wait
