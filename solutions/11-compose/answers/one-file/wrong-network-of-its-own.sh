# expect: on the network ferry_default and on no others
. ferry/mine.sh
cat > ferry/compose.yaml <<EOF
services:
  web:
    image: drydock/nginx:1
    networks: [ferry-net]
    ports: ["$BERTH:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: ferry/office:1
    networks: [ferry-net]
  printer:
    image: ferry/office:1
    networks: [ferry-net]
    command: print
  book:
    image: drydock/redis:8
    networks: [ferry-net]
    volumes: ["book:/data"]
networks: {ferry-net: {}}
volumes:
  book:
EOF
docker compose --project-directory ferry up -d
