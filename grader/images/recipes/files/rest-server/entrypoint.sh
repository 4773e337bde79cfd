#!/bin/sh
# As in the official image: OPTIONS are the server's own; DISABLE_AUTHENTICATION=1 lets in whoever comes.
set -e
if [ -n "$DISABLE_AUTHENTICATION" ]; then
    OPTIONS="--no-auth $OPTIONS"
else
    [ -f "$PASSWORD_FILE" ] || : > "$PASSWORD_FILE"
fi
# shellcheck disable=SC2086
exec rest-server --listen :8000 --path "$DATA_DIRECTORY" --htpasswd-file "$PASSWORD_FILE" $OPTIONS
