trap 'exit 0' TERM
echo "the horn blows"
sleep 1d &
wait
