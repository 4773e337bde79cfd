# expect: hadolint has nothing to say
cat > copyist/Dockerfile <<'EOF'
FROM drydock/python:3
COPY copyist.py /srv/
WORKDIR /srv
RUN cd /srv && chmod 755 /srv
USER 1000
CMD ["python3", "copyist.py"]
EOF
docker build -q -t copyist:1 copyist
docker run -d --name copyist --read-only --tmpfs /var/spool/copyist -v orders:/orders:ro --cap-drop ALL --security-opt no-new-privileges --network none copyist:1
