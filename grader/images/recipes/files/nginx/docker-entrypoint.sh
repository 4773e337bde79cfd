#!/bin/sh
# As in the official image: scripts in /docker-entrypoint.d run first, then the command takes this shell's place.
set -e
if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    for script in $(find /docker-entrypoint.d/ -follow -type f -name '*.sh' 2>/dev/null | sort); do
        if [ -x "$script" ]; then
            echo "$0: Launching $script"
            "$script"
        else
            echo "$0: Ignoring $script, not executable"
        fi
    done
fi
exec "$@"
