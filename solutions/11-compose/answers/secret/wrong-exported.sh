# expect: BOOK_PASSWORD_FILE
cp vault/mine.txt vault/book_password.txt
cat > vault/compose.yaml <<'EOF'
services:
  book:
    image: drydock/redis:8
    entrypoint: ["sh", "-c"]
    command: ['exec redis-server --requirepass "$$(cat /run/secrets/book_password)"']
    secrets: [{source: book_password}]
  api:
    image: ferry/office:1
    entrypoint: ["sh", "-c", 'BOOK_PASSWORD=$$(cat /run/secrets/book_password) exec python3 /office.py api']
    secrets: [book_password]
    configs:
      - {source: notice, target: /notice.txt}
  tug:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
secrets:
  book_password: {file: ./book_password.txt}
configs:
  notice: {file: ./notice.txt}
EOF
cd vault
docker compose up -d
