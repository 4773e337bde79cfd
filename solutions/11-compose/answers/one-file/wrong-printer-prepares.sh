# expect: (container ferry-printer-1) is running
. ferry/mine.sh
cat > ferry/compose.yaml <<EOF
services:
  web:
    image: drydock/nginx:1
    ports: ["$BERTH:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: ferry/office:1
  printer:
    image: ferry/office:1
    command: prepare
  book:
    image: drydock/redis:8
    volumes: ["book:/data"]
volumes:
  book:
EOF
cd ferry
docker compose up -d
timeout 40 docker wait ferry-printer-1
