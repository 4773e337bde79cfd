# sh sizes.sh IMAGE …   a line with the size of each image, and a bar for it (one mark for each million bytes)
for image in "$@"; do
  bytes=$(docker image inspect --format '{{.Size}}' "$image" 2>/dev/null) || { echo "$image: not built yet"; continue; }
  bar=$(printf '%*s' $((bytes / 1000000 + 1)) '' | tr ' ' '#')
  printf '%-20s %12s bytes  %s\n' "$image" "$bytes" "$bar"
done
