# expect: hadolint has nothing to say
cat > copyist/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /srv
COPY copyist.py .
ADD Dockerfile /srv/
RUN  cd /srv && chmod 644 Dockerfile
USER 1000
CMD ["python3", "copyist.py"]
EOF
docker build -q -t copyist:1 copyist
docker run -d --name copyist --read-only --tmpfs /var/spool/copyist -v orders:/orders:ro --cap-drop ALL --security-opt no-new-privileges --network none copyist:1
