mkdir -p cli
cat > cli/Dockerfile <<'EOF'
FROM tides:0.2
CMD ["show", "Dover"]
ENTRYPOINT ["python3", "tides.py"]
EOF
docker build -t tide-cli:1 cli
docker run -d --name cli-default tide-cli:1
docker run -d --name cli-leith tide-cli:1 show Leith
docker run -d --name cli-override --entrypoint=cat tide-cli:1 /app/harbours.csv
docker wait cli-default cli-leith cli-override
