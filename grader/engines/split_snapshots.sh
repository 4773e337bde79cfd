#!/bin/sh
# split_snapshots.sh DATA WORK KEEPER: the same as split_layers.sh for a data-root whose images are in containerd's store:
# WORK/layers gets its snapshots and blobs, WORK/meta what refers to them (see template.py).
set -eu
data=$1 work=$2 keeper=$3
containerd=$data/containerd/daemon
# What must be a daemon's own (its id), or is only of the moment.
rm -rf "$data/engine-id" "$data/tmp" "$data/runtimes" "$containerd/tmpmounts"
mkdir "$work/layers/snapshots" "$work/layers/blobs"
# A link of the keeper's for each snapshot: in this folder, which containers can be shown, nobody inside can move or
# remove it (outer.sh). Which snapshot is whose, only containerd's database says, and that can be shown to none. A snapshot's
# number is by chance: here it has a name from its content, which kept data goes by (template.py, for_kept); of two that
# are the same either will do. What overlayfs notes for itself (user.overlay.origin and others) is no content.
for snapshot in "$containerd"/io.containerd.snapshotter.v1.overlayfs/snapshots/*; do
    rm -rf "$snapshot/work"
    # Into a file first: of a pipe only the last program's failure would end this script.
    tar --create --file "$work/one" --directory "$snapshot" --sort=name --mtime=@0 --numeric-owner --format=posix \
        --pax-option=exthdr.name=%d/%f,delete=atime,delete=ctime --xattrs --xattrs-include=user.overlay.opaque \
        --xattrs-include='security.*' fs
    content=$(sha256sum <"$work/one")
    content=${content%% *}
    rm "$work/one"
    copy=1
    while [ -e "$work/layers/snapshots/$content-$copy" ]; do copy=$((copy + 1)); done
    mv "$snapshot" "$work/layers/snapshots/$content-$copy"
    ln -s "/template/snapshots/$content-$copy" "$snapshot"
    chown -h "$keeper:$keeper" "$snapshot"
done
# What pushing and saving an image reads: the layers as they came.
for blob in "$containerd"/io.containerd.content.v1.content/blobs/sha256/*; do
    name=$(basename "$blob")
    mv "$blob" "$work/layers/blobs/$name"
    ln -s "/template/blobs/$name" "$blob"
done
cp -a "$data/." "$work/meta/"
