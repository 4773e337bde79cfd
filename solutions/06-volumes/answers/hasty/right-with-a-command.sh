# The text asks for the file in one layer. A command adds none.
file=$(docker diff hasty | grep -o '/etc/.*\.conf')
docker cp "hasty:$file" .
printf 'FROM drydock/busybox:1\nCOPY %s /etc/\nCMD ["cat", "%s"]\n' "$(basename "$file")" "$file" | docker build -q -t neat:1 -f - .
