#!/bin/sh
# search.sh WORD: which files of the foundry's builder and images have WORD in them?
echo "$1" | docker exec -i foundry sh -c '
    cat > /dev/shm/word
    cd /var/lib/docker
    find buildkit containerd -xdev -type f -size -2048k -exec grep -lF -f /dev/shm/word {} + 2>/dev/null |
        sed "s|sha256/\(......\).*|sha256/\1…|" | sort > /dev/shm/found
    echo "files on the disk: $(wc -l < /dev/shm/found)"; head -n 5 /dev/shm/found'
