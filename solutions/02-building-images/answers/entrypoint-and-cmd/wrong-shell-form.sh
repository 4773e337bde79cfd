# expect: The log of container cli-leith contains 'Leith: high water'
docker build -q -t tide-cli:1 - <<'EOF'
FROM tides:0.2
ENTRYPOINT python3 tides.py show Dover
EOF
docker run --name cli-default tide-cli:1
docker run --name cli-leith tide-cli:1 show Leith
docker run --name cli-override --entrypoint cat tide-cli:1 harbours.csv
