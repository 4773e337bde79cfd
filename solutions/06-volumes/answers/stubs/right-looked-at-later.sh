# Meanwhile so much has happened that the engine has forgotten the stubs: it remembers 256 events, and an exec is three.
docker rm stub-1 stub-2 stub-3
docker start candle-end
for _ in $(seq 9); do
    for _ in $(seq 10); do docker exec candle-end true & done
    wait
done
