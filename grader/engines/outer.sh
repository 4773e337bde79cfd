#!/bin/sh
# Stage 1 of a namespace engine: runs as root of a private mount namespace (the machine's root for `native`,
# the user namespace's root for `rootless`). Builds the engine's root file system; what is mounted here read-only
# is locked for everybody in the user namespace that stage 2 enters (mount_namespaces(7), "locked mounts").
#
# In:  DD_DIR engine folder   DD_ROOT empty folder for the new root   DD_SCRIPTS folder of this script
#      DD_MAP options of unshare(1) that map the ids   DD_OWNER id, here, of the engine's root
#      DD_ABOVE the same for a user namespace around the engine's, or empty where this is run in one
#      DD_INTERPRETER a Python to make that one with (above.py)   DD_NOBODY id, in it, that nobody inside has
#      DD_KEEPER the same id, here   DD_IDS the ids, here, of all who are inside, to themselves
#      DD_OPAQUE see loaders.py
#      DD_CGROUPS cgroup folders to join, one a line   DD_SHARES host folders, one a line
#      DD_READONLY host folders shown read-only, one a line   DD_TEMPLATE template folder (layers/, meta/) or empty
#      DD_DOCKER folder of another Docker to run, or empty   DD_STORE "containerd" for its image store, or empty
#      DD_DATA_SIZE size of a tmpfs data-root, or empty for the disk   DD_KEPT "kept" where it is there again next time
#      DD_IDMAP, DD_TEMPLATE_IDMAP ids of shared folders and of the template, or empty
#      DD_USER name of the user 1000
#      DD_PYTHON_… the Python of student code, for python.sh; none of them where it isn't wanted
#      DD_DAEMON empty for walls with no daemon in them   DD_DEVICES names of devices below /dev
#      and for inner.sh: DD_CGROUP_VERSION 1 or 2   DD_CONTROLLERS hierarchies of cgroup v1
#      DD_DAEMON_JSON dockerd's settings   DD_DOCKERD_FLAGS more options of dockerd
set -eu

printf '%s\n' "$DD_CGROUPS" | while IFS= read -r group; do
    [ -z "$group" ] || echo $$ > "$group/cgroup.procs"
done
# The daemon should be the last to go when the engine's memory is used up; containers get their own score.
echo -500 2>/dev/null > /proc/self/oom_score_adj || true

R=$DD_ROOT
# The new root needs room for /etc, sockets and /tmp only: the daemon's data lives elsewhere.
mount -t tmpfs -o mode=755,size=256m drydock "$R"
cd "$R"
mkdir usr etc proc sys dev dev/pts dev/shm dev/mqueue tmp run root var var/lib var/lib/docker var/tmp opt home template private oldroot
chmod 1777 tmp var/tmp dev/shm
cp "$DD_SCRIPTS/inner.sh" "$DD_SCRIPTS/daemon.sh" .
# See there. Without the system's Python the shorter way to a network is left out, and all works as before.
mkdir opt/quick
cp "$DD_SCRIPTS/quick/runc" opt/quick/
[ ! -x /usr/bin/python3 ] || cp "$DD_SCRIPTS/quick/setkey" opt/quick/
[ -z "$DD_DAEMON" ] || printf '%s\n' "$DD_OPAQUE" /private > opt/quick/hidden
[ -n "$DD_STORE" ] || echo /var/lib/docker/containerd > opt/quick/covered
printf '%s\n' /var/lib/docker/image /var/lib/docker/network >> opt/quick/covered
for link in bin sbin lib lib64 lib32; do [ -e "/usr/$link" ] && ln -s "usr/$link" "$link"; done
mount --rbind /usr usr
if [ -n "$DD_DOCKER" ]; then
    # Another Docker (releases.py) over it. Its folder gets a short name first: overlayfs takes commas and colons apart.
    mkdir docker
    mount --bind "$DD_DOCKER" docker
    if [ -d docker/usr ]; then
        mount -t overlay -o ro,lowerdir=docker/usr:usr overlay usr
        # These are this release's plugins of the docker command, and the machine's are not.
        [ ! -d docker/usr/libexec/docker ] || mount --bind docker/usr/libexec/docker usr/libexec/docker
    else
        for place in bin sbin; do mount -t overlay -o "ro,lowerdir=docker:usr/$place" overlay "usr/$place"; done
    fi
    umount docker
    rmdir docker
fi
mount -o remount,bind,ro usr

for file in ssl alternatives ld.so.cache nsswitch.conf iproute2 services protocols mime.types localtime; do
    [ -e "/etc/$file" ] && cp -a "/etc/$file" etc/ 2>/dev/null || true
done
# What not everybody on the machine may read, as its keys: dockerd could here, and hands over what it is asked for
# (`docker cp` from a container with -v /etc/ssl:/x).
find etc -mindepth 1 \( -type d ! -perm -o=rx -o -type f ! -perm -o=r \) -prune -exec rm -rf {} +
printf 'root:x:0:0:root:/root:/bin/sh\n%s:x:1000:1000:student:/home/student:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n' "$DD_USER" > etc/passwd
printf 'root:x:0:\nstudent:x:1000:\nnogroup:x:65534:\n' > etc/group
printf '127.0.0.1 localhost\n::1 localhost\n' > etc/hosts
echo drydock > etc/hostname
echo nameserver 192.0.2.53 > etc/resolv.conf
ln -s /proc/mounts etc/mtab
mkdir etc/docker run/docker run/containerd
# What runc and containers have no business with (daemon.sh): pipes of commands' output, shims' sockets, containerd's notes.
ln -s /private/pipes run/docker/containerd
ln -s /private/shims run/containerd/s
containerd=/private/containerd
[ -n "$DD_DATA_SIZE" ] && [ -z "$DD_STORE" ] || containerd=/var/lib/docker/containerd/daemon
printf '%s' "$DD_DAEMON_JSON" > etc/docker/daemon.json
cat > etc/containerd.toml <<T
version = 2
root = "$containerd"
state = "/run/containerd/daemon"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "/private/containerd.sock"
# Of a user namespace: without it, what a lower layer has could not be removed. containerd does not see by itself.
[plugins."io.containerd.snapshotter.v1.overlayfs"]
  mount_options = ["userxattr"]
T

# Only harmless devices: a container with --privileged must not even see the machine's disks (and could not open them).
for device in $DD_DEVICES; do
    [ -e "/dev/$device" ] || continue
    mkdir -p "dev/$(dirname "$device")"
    case $device in fuse | net/tun)
        # The machine's may be root's alone, and its root is nobody in there; these are for all, as on most machines:
        # what they give is bound to the namespaces of who opens them. (Who is not the machine's root can make none.)
        mknod -m 666 "dev/$device" c $(stat -c '0x%t 0x%T' "/dev/$device") 2>/dev/null && continue ;;
    esac
    : > "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
ln -s pts/ptmx dev/ptmx

printf '%s\n' "$DD_READONLY" | while IFS= read -r folder; do
    [ -n "$folder" ] || continue
    mkdir -p ".$folder"
    mount --bind "$folder" ".$folder"
    mount -o remount,bind,ro ".$folder"
done
[ -z "${DD_PYTHON_NAME:-}" ] || sh "$DD_SCRIPTS/python.sh" "$R/opt/python"
printf '%s\n' "$DD_SHARES" | while IFS= read -r folder; do
    [ -n "$folder" ] || continue
    mkdir -p ".$folder"
    # Ids are mapped so that the engine's root is the folder's root: mount_setattr(2), MOUNT_ATTR_IDMAP.
    mount --bind ${DD_IDMAP:+-o "X-mount.idmap=$DD_IDMAP"} "$folder" ".$folder"
    # Flags such as nosuid can't be taken away inside any more, and dockerd, which mounts a container's folders anew for
    # `docker cp`, fails when it tries. No device or id of the machine is within reach in there, with or without them.
    mount -o remount,bind,suid,dev,exec ".$folder" 2>/dev/null || true
done
if [ -z "$DD_DAEMON" ]; then
    :
elif [ -n "$DD_DATA_SIZE" ]; then
    mount -t tmpfs -o "mode=711,size=$DD_DATA_SIZE" drydock-data var/lib/docker
else
    mount --bind "$DD_DIR/data" var/lib/docker
fi
if [ -n "$DD_TEMPLATE" ]; then
    # Layers are shared by all engines and can be changed by none; what refers to them is copied.
    # All of it is seen, and copied, as this engine's own.
    mkdir made
    mount --bind ${DD_TEMPLATE_IDMAP:+-o "X-mount.idmap=$DD_TEMPLATE_IDMAP"} "$DD_TEMPLATE" made
    mount --bind made/layers template
    mount -o remount,bind,ro template
    [ ! -d made/refs ] || cp -a made/refs .
    # Once: kept data has its own notes of images by then.
    notes=image
    [ -z "$DD_STORE" ] || notes=containerd/daemon/io.containerd.metadata.v1.bolt
    if [ ! -e "var/lib/docker/$notes" ] || [ -e "$DD_DIR/half-made" ]; then
        # A full disk or a power cut leaves a half, which whoever comes next makes anew. The mark is where nobody inside can
        # put one, and no file is written through a link.
        [ -z "$DD_KEPT" ] || : > "$DD_DIR/half-made"
        cp -a --remove-destination made/meta/. var/lib/docker/
        if [ -n "$DD_KEPT" ]; then
            # Not -f: what others have not yet written to this disk may take longer than a start has.
            (cd made/meta && find . \( -type f -o -type d \) -print0) |
                (cd var/lib/docker && xargs -0 sync) || sync -f var/lib/docker
            rm "$DD_DIR/half-made"
        fi
    fi
    umount made
    rmdir made
fi
mkdir -p ".$DD_DIR/s"
mount --bind "$DD_DIR/s" ".$DD_DIR/s"
# What is here is ours, and stays as it is: the engine's root has no right to what belongs to an id it doesn't have, and
# in a folder with the sticky bit it may add things of its own (`docker run -v /new:/x` makes the folder) and no more.
# So nobody swaps a link like /bin or /lib64, dockerd's settings, a runtime, /etc/ld.so.preload. All this is done where
# nothing is mounted: a folder that is removed anywhere is unmounted everywhere.
mount --bind . oldroot
find oldroot -path oldroot/refs -prune -o -exec chown -h "$DD_KEEPER:$DD_KEEPER" {} +
chgrp "$DD_OWNER" oldroot oldroot/run oldroot/home oldroot/etc/docker
chmod 1775 oldroot oldroot/run oldroot/home oldroot/etc/docker
chown "$DD_OWNER:$DD_OWNER" oldroot/oldroot oldroot/root
chmod 700 oldroot/private
# Gates: a container's root has no way through, whatever it mounts. dockerd and what it starts are of the keeper's group,
# which runc takes from a container's processes and which nobody inside can get back: no id there stands for it.
chmod 770 oldroot/var/lib oldroot/run/docker oldroot/run/containerd
umount oldroot
[ -z "$DD_DAEMON" ] || chown "$DD_OWNER:$DD_OWNER" var/lib/docker
layers=var/lib/docker/overlay2
[ -z "$DD_STORE" ] || layers=var/lib/docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots
if [ -n "$DD_DATA_SIZE" ] && [ -d "$layers" ]; then
    # The keeper's id has no place in this mount: what is the keeper's can't even be moved or removed in it, not by the
    # owner of the folder that it is in (may_delete() in the kernel's fs/namei.c). So the links to refs/, or to
    # template/snapshots/, stay.
    mount --bind -o "X-mount.idmap=$DD_IDS" "$layers" "$layers"
fi
# Who executes a file that they can't read can't be looked into (loaders.py). inner.sh puts these over the real ones.
printf '%s\n' "$DD_OPAQUE" | while IFS= read -r file; do
    [ -n "$file" ] || continue
    mkdir -p "opaque$(dirname "$file")"
    cp ".$file" "opaque$file"
    chmod 711 "opaque$file"
done
[ ! -e opaque ] || chown -R "$DD_KEEPER:$DD_KEEPER" opaque

# All of an ordinary user's engines share what the kernel gives that user (above.py): none takes more than its part.
# Set in the user namespace around the engine's, where nobody inside can raise it. /proc/sys may be read-only.
if [ -z "$DD_ABOVE" ]; then
    all=$(cat /proc/sys/fs/inotify/max_user_instances 2>/dev/null) || all=128
    own=/proc/sys/user/max_inotify_instances
    { echo $((all / 5)) > $own; } 2>/dev/null || echo "outer.sh: $own stays as it is" >&2
fi

# What is in the environment from here on, a container's root may read: nothing that tells where the course lies.
# shellcheck disable=SC2086 # DD_ABOVE and DD_MAP hold several options
exec env -u DD_SCRIPTS -u DD_DOCKER -u DD_TEMPLATE -u DD_READONLY -u DD_PYTHON_FOLDERS -u DD_INTERPRETER \
    ${DD_ABOVE:+"$DD_INTERPRETER" -I -S "$DD_SCRIPTS/above.py" $DD_ABOVE} setpriv --groups "$DD_NOBODY" \
    unshare --user $DD_MAP --mount --pid --net --ipc --uts ${DD_CGROUPS:+--cgroup} \
    --fork --kill-child=KILL setpriv --pdeathsig KILL sh ./inner.sh
