#!/bin/sh
# split_layers.sh DATA WORK: part a stopped daemon's data-root into WORK/layers and WORK/meta (see template.py).
set -eu
data=$1 work=$2
# What must be a daemon's own (its id), or is only of the moment.
rm -rf "$data/engine-id" "$data/tmp" "$data/runtimes" "$data/containerd/daemon/tmpmounts"
# The daemon takes the folder of a layer without parents as it is, and does not follow a link there: comparing a new
# layer with it would find everything changed. With an empty layer below them all, it mounts them instead.
empty=DRYDOCKEMPTYLAYERXXXXXXXXX
mkdir -p "$data/overlay2/drydock-empty/diff"
printf %s "$empty" > "$data/overlay2/drydock-empty/link"
ln -s ../drydock-empty/diff "$data/overlay2/l/$empty"
for layer in "$data"/overlay2/*/; do
    id=$(basename "$layer")
    case $id in l | drydock-empty) continue ;; esac
    mkdir "$work/layers/$id"
    mv "$data/overlay2/$id/diff" "$work/layers/$id/diff"
    # The daemon's own mark of a layer that will not change: without it, it would mount the layer writable to save it.
    [ -e "$data/overlay2/$id/committed" ] || (umask 077; : > "$data/overlay2/$id/committed")
    [ -e "$data/overlay2/$id/lower" ] || printf %s "l/$empty" > "$data/overlay2/$id/lower"
    mkdir -p -m 700 "$data/overlay2/$id/work"
    ln -s "/template/$id/diff" "$data/overlay2/$id/diff"
done
cp -a "$data/." "$work/meta/"
