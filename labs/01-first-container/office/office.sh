# The harbour office: open until somebody asks it to close.
trap 'echo "ledger saved"; exit 0' TERM

echo "office open"
sleep 1d &
wait
