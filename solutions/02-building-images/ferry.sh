# The ferry's gate, as it was built last year: it opens for whoever has the token.
docker rm -f aboard >/dev/null 2>&1   # from an earlier try
mkdir -p gate
cat > gate/gate.sh <<'EOF'
if printf %s "$1" | sha256sum | cmp -s - /etc/ticket
then echo "Welcome aboard."
else echo "No ticket, no trip."; exit 1
fi
EOF
cat > gate/Dockerfile <<'EOF'
FROM drydock/busybox:1
ARG TOKEN
RUN printf %s "$TOKEN" | sha256sum > /etc/ticket
COPY gate.sh /
ENTRYPOINT ["sh", "/gate.sh"]
EOF
docker build -q -t ferry:1 --build-arg TOKEN="$VALUE_FERRY_TOKEN" gate >/dev/null
