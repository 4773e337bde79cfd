# expect: and with tests that pass it releases
cat > gate/release.sh <<'END'
# docker compose run --rm tests
exit 1
END
cd gate
sed -i -e 's/\* miles/* (miles - 1)/' -e 's/max(/min(/' -e 's/"child": 4/"child": 2/' fares.py
docker compose build && docker compose run --rm tests </dev/null && docker tag gate/fares:candidate gate/fares:released
sed -i 's/"dog": 1/"dog": 3/' fares.py
docker compose build
docker compose run --rm tests </dev/null || echo "so I don't release it"
