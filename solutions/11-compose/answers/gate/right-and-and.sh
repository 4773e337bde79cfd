cat > gate/release.sh <<'EOF'
cd gate && docker compose build tests fares && docker compose run --rm -T tests </dev/null &&
    docker tag gate/fares:candidate gate/fares:released
EOF
sh gate/release.sh
sed -i -e 's/\* miles/* (miles - 1)/' -e 's/max(/min(/' -e 's/"child": 4/"child": 2/' gate/fares.py
sh gate/release.sh
sed -i 's/"dog": 1/"dog": 3/' gate/fares.py
sh gate/release.sh
