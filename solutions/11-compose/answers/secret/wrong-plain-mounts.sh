# expect: At the far left the file has a secret and a config
cp vault/mine.txt vault/book_password.txt
cat > vault/compose.yaml <<'EOF'
services:
  book:
    image: drydock/redis:8
    entrypoint: ["sh", "-c"]
    command: ['exec redis-server --requirepass "$$(cat /run/secrets/book_password)"']
    volumes: ["./book_password.txt:/run/secrets/book_password:ro"]
  api:
    image: ferry/office:1
    environment: {BOOK_PASSWORD_FILE: /run/secrets/book_password}
    volumes: ["./book_password.txt:/run/secrets/book_password:ro", "./notice.txt:/notice.txt:ro"]
  tug:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
EOF
cd vault
docker compose up -d
