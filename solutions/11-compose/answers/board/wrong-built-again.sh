# expect: Service page (container board-live-page-1) answers
. board/mine.sh
cat > board/compose.override.yaml <<'EOF'
services:
  page:
    volumes: ["./site:/site:ro"]
EOF
cd board
echo "Password of the day: $WORD" > site/index.html
docker compose build
BERTH=$WORK_PORT docker compose -p board-work up -d
BERTH=$LIVE_PORT docker compose -f compose.yaml -p board-live up -d
echo "Password of the day: $WORD" > site/index.html
