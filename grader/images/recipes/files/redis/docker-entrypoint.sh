#!/bin/sh
# As in the official image: an unprivileged server although the container starts as root, and no protected mode (the
# official one compiles it out), so that other containers may connect.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
    set -- redis-server "$@"
fi
if [ "$1" = "redis-server" ]; then
    set -- "$@" --protected-mode no
    if [ "$(id -u)" = "0" ]; then
        find . ! -user redis -exec chown redis:redis '{}' +
        exec su -m -s /bin/sh -c 'exec "$@"' -- redis sh "$@"
    fi
fi
exec "$@"
