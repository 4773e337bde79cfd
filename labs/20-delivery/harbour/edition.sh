# edition NAME TAG...: on the printery, tables of this edition, made by hand, pushed and signed.
edition() {
    name=$1
    work=$(mktemp -d)
    git --git-dir=/srv/git/tables.git archive "$(git --git-dir=/srv/git/tables.git rev-list --max-parents=0 main)" | tar -x -C "$work"
    printf 'edition: %s\nMon 04:31 3.8\n' "$name" >"$work/tables.txt"
    docker build -q -t "made:$name" "$work" >/dev/null
    shift
    for tag in "$@"; do
        docker tag "made:$name" "store.local:5000/tables:$tag"
        docker push -q "store.local:5000/tables:$tag" >/dev/null
    done
    digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "made:$name" | grep -m1 store.local)
    cosign sign --yes --key /seals/cosign.key --tlog-upload=false "$digest" >/dev/null 2>&1
    docker rmi -f "made:$name" >/dev/null
}
