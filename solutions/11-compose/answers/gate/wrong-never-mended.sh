# expect: there is no image gate/fares:released
cat > gate/release.sh <<'EOF'
set -e
cd "$(dirname "$0")"
docker compose build
docker compose run --rm tests
docker tag gate/fares:candidate gate/fares:released
EOF
sh gate/release.sh </dev/null || true
