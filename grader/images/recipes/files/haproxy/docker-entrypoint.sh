#!/bin/sh
# As in the official image: options alone are haproxy's, and it stays in the foreground with a master that can reload.
set -e
[ "${1#-}" = "$1" ] || set -- haproxy "$@"
if [ "$1" = haproxy ]; then
    shift
    set -- haproxy -W -db "$@"
fi
exec "$@"
