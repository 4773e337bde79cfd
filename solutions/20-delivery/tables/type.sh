# Cast the type: it takes long, and no two castings are alike.
sleep 1
cat /proc/sys/kernel/random/uuid >/type.id
