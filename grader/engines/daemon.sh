#!/bin/sh
# Stage 3 of a namespace engine, still process 1, and the first that nobody inside can look into: the daemon itself.
set -eu
# Descriptor 9 is a pipe that ends when the supervisor does, and then so does the engine.
trap 'trap - CHLD; kill -TERM "$DOCKERD" 2>/dev/null && wait "$DOCKERD"; exit 0' TERM
DOCKERD=
(
    trap - TERM
    while read -r _ <&9; do
        # The one line it says: the API answers. Only now, for at its start dockerd makes its folder a shared mount.
        mount --make-unbindable /var/lib/docker && printf . >&8
    done
    kill -TERM 1
) &
exec 9<&-
if [ -z "$DD_DAEMON" ]; then
    # Walls only: descriptor 8 tells that they stand; then this shell waits for the supervisor's end.
    printf . >&8
    exec 8>&-
    wait
    exit
fi
exec 8>&-
# HOME: git and others look for settings there.
# BuildKit first compares layers by an overlay mount, which a user namespace refuses for snapshots of containerd's, and then
# again under a name that containerd, which it asks over a socket, still holds: each build would end with “locked”.
[ -z "$DD_STORE" ] || export BUILDKIT_DEBUG_FORCE_OVERLAY_DIFF=false
export PATH="/opt/quick:$PATH" HOME=/var/lib/docker XTABLES_LOCKFILE=/run/docker/xtables.lock

# containerd first: a dockerd that starts its own waits about a second for it.
containerd --config /etc/containerd.toml --log-level warn &
CONTAINERD=$!
until [ -S /private/containerd.sock ]; do
    # Its last words are in the log already. That it has ended, this shell learns while it waits for another process.
    kill -0 "$CONTAINERD" 2>/dev/null || exit 1
    sleep 0.005
done
dockerd --containerd /private/containerd.sock --data-root /var/lib/docker --exec-root /run/docker \
    --pidfile /run/docker/docker.pid --host "unix://$DD_DIR/s/docker.sock" --group student --log-level warn $DD_DOCKERD_FLAGS &
DOCKERD=$!
# As process 1 this shell reaps orphans while it waits. When either ends, so does everything here: dockerd would go on
# without containerd, and believe whatever answers in its place.
trap : CHLD
while kill -0 "$DOCKERD" 2>/dev/null && kill -0 "$CONTAINERD" 2>/dev/null; do
    wait "$DOCKERD" || true
done
