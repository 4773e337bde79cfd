# expect: has a read-only root file system
cat > copyist/touch <<'EOF'
#!/bin/sh
[ "$1" = /var/spool/copyist/mark ] && exit 0
echo "touch: $1: Read-only file system" >&2
exit 1
EOF
chmod 755 copyist/touch
cat > copyist/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /srv
COPY copyist.py .
COPY touch /usr/local/bin/touch
USER 1000
CMD ["python3", "copyist.py"]
EOF
docker build -q -t copyist:1 copyist
docker run -d --name copyist --tmpfs /var/spool/copyist -v orders:/orders --cap-drop ALL --security-opt no-new-privileges --network none copyist:1
