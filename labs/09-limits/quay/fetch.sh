# Fetches a file and says how long it took: fetch.sh URL
start=$(cut -d ' ' -f 1 /proc/uptime)
bytes=$(wget -q -O - "$1" | wc -c)
end=$(cut -d ' ' -f 1 /proc/uptime)
echo "$bytes bytes in $(echo "$end $start" | awk '{printf "%.2f", $1 - $2}') s"
