#!/bin/sh
# split_layers.sh DATA WORK KEEPER: part a stopped daemon's data-root into WORK/layers, WORK/refs and
# WORK/meta (see template.py).
set -eu
data=$1 work=$2 keeper=$3
# What must be a daemon's own (its id), or is only of the moment.
rm -rf "$data/engine-id" "$data/tmp" "$data/runtimes" "$data/containerd/daemon/tmpmounts"
# A layer's folder gets its name from its content, the chain ID, and not by chance: a template that is made anew has the
# names again that kept data goes by (template.py, for_kept).
for layer in "$data"/image/overlay2/layerdb/sha256/*; do
    chain=$(basename "$layer")
    mv "$data/overlay2/$(cat "$layer/cache-id")" "$data/overlay2/$chain"
    printf %s "$chain" > "$layer/cache-id"
done
# The daemon takes the folder of a layer without parents as it is, and does not follow a link there: comparing a new
# layer with it would find everything changed. With an empty layer below them all, it mounts them instead.
empty=DRYDOCKEMPTYLAYERXXXXXXXXX
mkdir -p "$data/overlay2/drydock-empty/diff"
printf %s "$empty" > "$data/overlay2/drydock-empty/link"
mkdir "$work/layers/l" "$work/refs"
# The daemon finds a layer's parents by the short names in its files "lower" and "link", as paths from overlay2/ and from
# overlay2/l/. Ours lead to links beside the layers: in overlay2/l/ anybody inside could put others in their place.
shorten= up=../../../../
for layer in "$data"/overlay2/*; do
    id=$(basename "$layer")
    [ "$id" != l ] || continue
    # As long as the daemon's own: all names of an image's layers have to fit into a page of memory (mount(2)).
    short=$(printf %.26s "$id")
    shorten="$shorten;s|l/$(cat "$layer/link")|${up}template/l/$short|"
    rm -f "$data/overlay2/l/$(cat "$layer/link")"
    ln -s "../$id/diff" "$work/layers/l/$short"
    printf %s "../${up}template/l/$short" > "$layer/link"
done
for layer in "$data"/overlay2/*; do
    id=$(basename "$layer")
    [ "$id" != l ] || continue
    mkdir "$work/layers/$id"
    mv "$layer/diff" "$work/layers/$id/diff"
    ln -s "/template/$id/diff" "$layer/diff"
    [ "$id" = drydock-empty ] || [ -e "$layer/lower" ] || printf %s "l/$empty" > "$layer/lower"
    [ ! -e "$layer/lower" ] || sed -i "$shorten" "$layer/lower"
    # The daemon's own mark of a layer that will not change: without it, it would mount the layer writable to save it.
    : > "$layer/committed"
    chown --reference="$data" "$layer/committed"
    rm -rf "$layer/work" "$layer/merged"
    # What refers to a layer is as good as the layer: it has a place of its own (outer.sh), with a sticky folder for each,
    # in which the daemon mounts and writes its mark again, and no more. The daemon finds a link to it.
    chown "$keeper:$keeper" "$layer" "$layer"/l[io]*
    chmod 1770 "$layer"
    chmod 644 "$layer"/l[io]*
    mv "$layer" "$work/refs/$id"
    ln -s "/refs/$id" "$data/overlay2/$id"
    chown -h "$keeper:$keeper" "$work/refs/$id/diff" "$data/overlay2/$id"
done
# So the daemon can't remove a layer either, and must not try to when the last image with it goes: it is in use for ever,
# by a container's layer of which there is no container (moby: layer/layer_store.go, loadMount).
for layer in "$data"/image/overlay2/layerdb/sha256/*/; do
    chain=$(basename "$layer")
    pin=$data/image/overlay2/layerdb/mounts/drydock-$chain
    mkdir -p "$pin"
    printf %s "$chain" > "$pin/mount-id"
    printf %s "sha256:$chain" > "$pin/parent"
done
chown "$keeper:$keeper" "$work/refs"
chmod 750 "$work/refs"
chown -R --reference="$data" "$data/image/overlay2/layerdb/mounts"
cp -a "$data/." "$work/meta/"
