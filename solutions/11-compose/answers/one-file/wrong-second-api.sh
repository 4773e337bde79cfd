# expect: runs a process 'office.py print'
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
  book:
    image: drydock/redis:8
    volumes: ["book:/data"]
volumes:
  book:
EOF
docker compose --project-directory ferry up -d
