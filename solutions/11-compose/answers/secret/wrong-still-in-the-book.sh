# expect: Service book (container vault-book-1) does not have BOOK_PASSWORD
cp vault/mine.txt vault/book_password.txt
cat > vault/compose.yaml <<'EOF'
services:
  book:
    image: drydock/redis:8
    command: sh -c 'exec redis-server --requirepass "$$(cat /run/secrets/book_password)"'
    environment: {BOOK_PASSWORD: swordfish}
    secrets: [book_password]
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
  book_password: {file: ./book_password.txt}
configs:
  notice: {file: ./notice.txt}
EOF
cd vault
docker compose up -d
