cat > copyist/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /srv
COPY copyist.py .
RUN mkdir -p /var/spool/copyist && chown 1000 /var/spool/copyist
USER 1000:1000
CMD ["python3", "copyist.py"]
EOF
docker build -q -t copyist:1 copyist
docker run -d --name copyist --read-only -v copyist-spool:/var/spool/copyist -v orders:/orders:ro --cap-drop ALL --security-opt no-new-privileges:true --network none copyist:1
