. ferry/mine.sh
cat > ferry/compose.yaml <<EOF
services:
  web:
    image: drydock/nginx:1
    ports:
      - {target: 80, published: "$BERTH"}
    configs:
      - {source: web, target: /etc/nginx/conf.d/default.conf}
  api:
    image: ferry/office:1
  printer:
    image: ferry/office:1
    command: print
  book:
    image: drydock/redis:8
    volumes:
      - {type: volume, source: book, target: /data}
configs:
  web: {file: ./web.conf}
volumes:
  book:
EOF
cd ferry
docker compose up -d
