# One lamp: a page at port 80. Version 3 was "tidied up" by somebody: it says no light any more.
mkdir -p /www
word=light
[ "$VERSION" = 3 ] && word=nothing
echo "${COLOUR:-white} $word, version $VERSION, by $(hostname)" >/www/index.html
httpd -f -p 80 -h /www &
trap 'kill $!; exit 143' TERM INT
wait
