. ferry/mine.sh
cat > ferry/compose.yaml <<EOF
# The line version: of old examples isn't needed.
services:
  web:
    image: drydock/nginx:1
    ports: ["$BERTH:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: ferry/office:1
  printer:
    image: ferry/office:1
    command: print
  book:
    image: drydock/redis:8
    volumes: ["book:/data"]
volumes:
  book:
EOF
docker compose --project-directory ferry up -d
