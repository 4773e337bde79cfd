# expect: Image tide-cli:1 has the command show Dover
# Setting ENTRYPOINT empties the CMD that comes from the base image.
docker build -q -t tide-cli:1 - <<'EOF'
FROM tides:0.2
ENTRYPOINT ["python3", "tides.py"]
EOF
docker run --name cli-default tide-cli:1
docker run --name cli-leith tide-cli:1 show Leith
docker run --name cli-override --entrypoint cat tide-cli:1 harbours.csv
