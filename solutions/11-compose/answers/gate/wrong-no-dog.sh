# expect: The candidate has the dearer dog
cat > gate/release.sh <<'EOF'
set -e
cd "$(dirname "$0")"
docker compose build
docker compose run --rm tests
docker tag gate/fares:candidate gate/fares:released
EOF
sh gate/release.sh </dev/null
sed -i -e 's/\* miles/* (miles - 1)/' -e 's/max(/min(/' -e 's/"child": 4/"child": 2/' gate/fares.py
sh gate/release.sh </dev/null
