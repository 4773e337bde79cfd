# The passenger, made anew: takes the ferry at each ship again and again, and writes down what became of the passage (lab 17).
docker rm -f passenger >/dev/null 2>&1
docker run -d --init --name passenger --network strait drydock/busybox:1 sh -c '
for ship in vega mira spica; do
    while :; do
        case $(wget -q -O - http://$ship:8093/passage 2>/dev/null | tail -n 1) in
            arrived) echo "$ship: arrived" ;;
            "") echo "$ship: away"; sleep 0.5 ;;
            *) echo "$ship: LOST" ;;
        esac
    done &
done
wait' >/dev/null
# Until each ship that has a ferry has a passenger.
sleep 1
