# expect: says no where nothing is at work
docker build -q -t keeper:1 - <<'EOF'
FROM keeper:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=1 CMD ["python3", "-c", "import os, sys; sys.exit(os.environ.get('LAMP') == 'stuck')"]
EOF
docker run -d --name lamp-2 --env LAMP=stuck keeper:1
docker run -d --name lamp-1 keeper:1
