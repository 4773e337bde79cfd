cat > gate/release.sh <<'END'
#!/bin/sh -e
cd "$(dirname "$0")"
docker compose build
docker compose run \
    --rm tests
docker image tag gate/fares:candidate gate/fares:released
END
chmod +x gate/release.sh
gate/release.sh </dev/null || echo "stopped"
sed -i -e 's/\* miles/* (miles - 1)/' -e 's/max(/min(/' -e 's/"child": 4/"child": 2/' gate/fares.py
gate/release.sh </dev/null
sed -i 's/"dog": 1/"dog": 3/' gate/fares.py
gate/release.sh </dev/null || echo "stopped again"
