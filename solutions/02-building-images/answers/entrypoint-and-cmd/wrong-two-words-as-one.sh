# expect: Container cli-override has exited with code 0
docker build -q -t tide-cli:1 - <<'EOF'
FROM tides:0.2
ENTRYPOINT ["python3", "tides.py"]
CMD ["show", "Dover"]
EOF
docker run --name cli-default tide-cli:1
docker run --name cli-leith tide-cli:1 show Leith
docker run --name cli-override --entrypoint "cat harbours.csv" tide-cli:1
