# The trainee's script: forty gulls, and each one is a process. (A real fork bomb never stops counting.)
for gull in $(seq 40); do
    sleep 5 &
    echo "gull $gull is here"
done
wait
