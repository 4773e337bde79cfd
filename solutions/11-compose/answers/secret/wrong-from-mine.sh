# expect: book_password.txt
cat > vault/compose.yaml <<'EOF'
services:
  book:
    image: drydock/redis:8
    entrypoint: ["sh", "-c"]
    command: ['exec redis-server --requirepass "$$(cat /run/secrets/book_password)"']
    secrets: [{source: book_password}]
  api:
    image: ferry/office:1
    environment: {BOOK_PASSWORD_FILE: /run/secrets/book_password}
    secrets: [book_password]
    configs:
      - {source: notice, target: /notice.txt}
  tug:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
secrets:
  book_password: {file: ./mine.txt}
configs:
  notice: {file: ./notice.txt}
EOF
cd vault
docker compose up -d
