# load.sh COMMAND...: six readers ask for the tables, one page after the other, while the command runs.
cd "$(mktemp -d)" || exit
touch lost answered
# The clerk may still be waking up.
timeout 20 sh -c 'until wget -q -O page http://127.0.0.1/; do sleep 0.2; done' 2>/dev/null
for reader in 1 2 3 4 5 6; do
    while [ ! -e over ]; do
        if wget -q -T 5 -O page.$reader http://127.0.0.1/ 2>/dev/null; then head -n 1 page.$reader >>answered; else echo lost >>lost; fi
    done &
done
sleep 1
timeout 45 "$@" >said 2>&1 </dev/null
sleep 0.4
touch over
wait
sort answered | uniq -c
echo "answered: $(wc -l <answered), lost: $(wc -l <lost)"
