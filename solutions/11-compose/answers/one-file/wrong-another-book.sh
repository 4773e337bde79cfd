# expect: was made from drydock/redis:8
. ferry/mine.sh
printf 'FROM drydock/redis:8\nLABEL book=mine\n' | docker build -q -t book:1 -
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
    image: book:1
    volumes: ["book:/data"]
volumes:
  book:
EOF
cd ferry
docker compose up -d
