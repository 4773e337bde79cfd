docker build -t tide-cli:1 - <<'EOF'
FROM tides:0.2
ENTRYPOINT ["/usr/bin/env", "python3", "/app/tides.py"]
CMD ["show", "Dover"]
EOF
docker run --name cli-default tide-cli:1
docker run --name cli-leith tide-cli:1 show Leith
docker run --name cli-override --entrypoint /bin/cat tide-cli:1 harbours.csv
