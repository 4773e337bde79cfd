#!/bin/sh
# steps.sh: reads what `docker build --progress=plain` prints, and keeps one line for each step of the Dockerfile.
awk '
    / CACHED$/ || /^#[0-9]+ CACHED/ { if ($1 in line) how[$1] = "CACHED" }
    /^#[0-9]+ \[[^]]*[0-9]+\/[0-9]+\] / {
        if (!($1 in line)) order[++n] = $1
        at = $1; sub(/^#[0-9]+ /, ""); line[at] = $0; if (!(at in how)) how[at] = "run   "
    }
    /ERROR/ { print }
    END { for (i = 1; i <= n; i++) if (line[order[i]] !~ /\] FROM /) print how[order[i]], substr(line[order[i]], 1, 100) }
'
