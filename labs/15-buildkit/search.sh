#!/bin/sh
# search.sh WORD: which files of this engine's builder and images have WORD in them? It is given by the input, so
# that no command line has it, and kept in memory, so that the search doesn't find itself.
root=$(docker info --format '{{.DockerRootDir}}')
echo "$1" | docker run --rm -i --tmpfs /tmp -v "$root:/disk:ro" drydock/busybox:1 sh -c '
    cat > /tmp/word
    for place in buildkit image overlay2 containerd; do
        [ ! -d /disk/$place ] || find /disk/$place -xdev -type f -size -2048k -exec grep -lF -f /tmp/word {} + 2>/dev/null
    done | sed "s|/disk/||; s|sha256/\(......\).*|sha256/\1…|" > /tmp/found
    echo "files on the disk: $(wc -l < /tmp/found)"; head -n 5 /tmp/found'
