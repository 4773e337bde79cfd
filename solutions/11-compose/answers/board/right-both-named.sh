. board/mine.sh
cat > board/compose.override.yaml <<'EOF'
services:
  page:
    volumes: ["./site:/site:ro"]
EOF
cd board
BERTH=$WORK_PORT docker compose -f compose.yaml -f compose.override.yaml -p board-work up -d
BERTH=$LIVE_PORT docker compose -f compose.yaml -p board-live up -d
echo "Password of the day: $WORD" > site/index.html
