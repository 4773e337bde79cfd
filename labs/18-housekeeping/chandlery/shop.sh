# What the chandlery has from now on: packs of delivery $DELIVERY, and the list of them.
cd /srv && rm -rf ./*
for pack in flint lamp wick; do
    mkdir -p usr/local/bin "usr/local/share/$pack"
    printf '#!/bin/sh\necho "%s, delivery %s"\n' "$pack" "$DELIVERY" >"usr/local/bin/$pack"
    chmod 755 "usr/local/bin/$pack"
    head -c 700000 /dev/urandom >"usr/local/share/$pack/goods"
    tar -czf "${pack}_$DELIVERY.tgz" usr
    echo "$pack ${pack}_$DELIVERY.tgz" >>list.new
    rm -r usr
done
# The list of all that one could have is long.
head -c 2200000 /dev/urandom | base64 >>list.new
mv list.new list
