# Builds cargo:1: Python and four packages, one of them ($VALUE_CARGO_ROTTEN) in an old version.
folder=$(mktemp -d)
echo "FROM drydock/python:3" > "$folder/Dockerfile"
while read -r name old good; do
    version=$good
    [ "$name" != "$VALUE_CARGO_ROTTEN" ] || version=$old
    mkdir "$folder/$name-$version.dist-info"
    printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$name" "$version" > "$folder/$name-$version.dist-info/METADATA"
done <<'EOF'
tidelib 1.9.4 1.10.2
knotwork 2.3.11 2.12.0
fogsignal 0.9.9 0.9.12
moorings 3.9.9 3.10.1
EOF
echo "COPY . /usr/lib/python3/dist-packages/" >> "$folder/Dockerfile"
echo Dockerfile > "$folder/.dockerignore"
docker build -q -t cargo:1 "$folder" >/dev/null
rm -r "$folder"
