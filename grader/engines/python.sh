#!/bin/sh
# Makes the folder $1 (an absolute path) a Python environment that says nothing of where the course lies: see inside.py.
#
# In:  DD_PYTHON_NAME name of the interpreter (python3.13)   DD_PYTHON_BASE the interpreter itself, seen from inside
#      DD_PYTHON_CONFIG text of pyvenv.cfg   DD_PYTHON_PATHS places to import from, seen from inside, one a line
#      DD_PYTHON_FOLDERS what is shown in it read-only, one a line: a folder here, a tab, its place below $1
set -eu
mkdir -p "$1/bin" "$1/empty" "$1/lib/$DD_PYTHON_NAME/site-packages"
for name in python python3 "$DD_PYTHON_NAME"; do ln -s "$DD_PYTHON_BASE" "$1/bin/$name"; done
printf '%s\n' "$DD_PYTHON_CONFIG" > "$1/pyvenv.cfg"
printf '%s\n' "$DD_PYTHON_PATHS" > "$1/lib/$DD_PYTHON_NAME/site-packages/drydock.pth"
printf '%s\n' "$DD_PYTHON_FOLDERS" | while IFS="$(printf '\t')" read -r folder place; do
    [ -n "$folder" ] || continue
    mkdir -p "$1/$place"
    # Of a folder that is bound the kernel tells everybody the path (proc_pid_mountinfo(5)), but not of an overlay's that
    # was named by a relative one. An overlay of overlays may be one too many.
    (cd "$folder" && mount -t overlay -o "ro,lowerdir=.:$1/empty" drydock-python "$1/$place") 2>/dev/null && continue
    mount --bind "$folder" "$1/$place"
    mount -o remount,bind,ro "$1/$place"
done
