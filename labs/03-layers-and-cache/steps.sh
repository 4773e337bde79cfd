# Reads what `docker build --progress=plain` prints; says for each step after FROM whether it was run.
awk '
  $2 ~ /^\[[0-9]+\/[0-9]+\]$/ { name[$1] = $0; sub(/^#[0-9]+ /, "", name[$1]) }
  $2 == "DONE" && $1 in name     { print name[$1] "   run, " $3 }
  $2 == "CACHED" && $1 in name   { print name[$1] "   CACHED" }
  /ERROR/                        { print }
' | grep -v '^\[1/' | sort
