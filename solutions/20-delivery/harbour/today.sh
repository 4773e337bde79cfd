# today.sh keep NAME, today.sh back NAME: on the printery, for the checks, which move NAME:today.
# `keep` notes what it names. `back` puts that back where a check has left something of its own there: at its end, or
# before the next one notes anything, if it was cut off.
exec >/dev/null 2>&1
image=store.local:5000/$2
kept=/srv/kept-$2
back() {
    test -s "$kept" || return 0
    docker rmi -f "$image:today"
    case $(docker run --rm "$image:today" cat /tables.txt /www/index.html | head -n 1) in
        "" | *": check"* | *": bad" | *": forged"* | "edition: neap" | "edition: spring")
            docker pull -q "$image@$(cat "$kept")" || return
            docker tag "$image@$(cat "$kept")" "$image:today" && docker push -q "$image:today" || return
            ;;
    esac
    rm -f "$kept"
}
case $1 in
    keep) back && docker pull "$image:today" | sed -n 's/^Digest: //p' >"$kept" ;;
    back) back ;;
esac
