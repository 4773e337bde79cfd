#!/bin/sh
# split_layers.sh DATA WORK: part a stopped daemon's data-root into WORK/layers and WORK/meta (see template.py).
set -eu
data=$1 work=$2
# What must be a daemon's own (its id), or is only of the moment.
rm -rf "$data/engine-id" "$data/tmp" "$data/runtimes" "$data/containerd/daemon/tmpmounts"
for layer in "$data"/overlay2/*/; do
    id=$(basename "$layer")
    [ "$id" = l ] && continue
    mkdir "$work/layers/$id"
    mv "$data/overlay2/$id/diff" "$work/layers/$id/diff"
    # The daemon's own mark of a layer that will not change: without it, it would mount the layer writable to save it.
    [ -e "$data/overlay2/$id/committed" ] || (umask 077; : > "$data/overlay2/$id/committed")
    ln -s "/template/$id/diff" "$data/overlay2/$id/diff"
done
cp -a "$data/." "$work/meta/"
