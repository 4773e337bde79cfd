# expect: has the services
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
    command: print
  book:
    image: drydock/redis:8
    volumes: ["book:/data"]
volumes:
  book:
EOF
cd ferry
docker compose up -d
sed -i '/printer:/,/command:/d' compose.yaml
docker compose up -d
