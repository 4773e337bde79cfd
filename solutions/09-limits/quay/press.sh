# The printing press: every poster needs 40 MiB at once.
trap exit TERM
echo "printing a poster"
dd if=/dev/zero of=/dev/null bs=40M count=1 2>/dev/null || exit
echo "all posters are printed"
sleep 1d & wait
