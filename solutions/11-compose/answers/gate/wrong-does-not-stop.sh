# expect: release.sh has stopped at the dearer dog
cat > gate/release.sh <<'EOF'
cd "$(dirname "$0")"
docker compose build
docker compose run --rm tests
docker tag gate/fares:candidate gate/fares:released
EOF
sh gate/release.sh </dev/null
sed -i -e 's/\* miles/* (miles - 1)/' -e 's/max(/min(/' -e 's/"child": 4/"child": 2/' gate/fares.py
sh gate/release.sh </dev/null
sed -i 's/"dog": 1/"dog": 3/' gate/fares.py
sh gate/release.sh </dev/null
