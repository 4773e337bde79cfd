# expect: Service page (container board-live-page-1) has nothing mounted
. board/mine.sh
cat > board/compose.override.yaml <<'EOF'
services:
  page:
    volumes: ["./site:/site:ro"]
EOF
cd board
echo "    volumes: [\"./site:/site:ro\"]" >> compose.yaml
BERTH=$WORK_PORT docker compose -p board-work up -d
BERTH=$LIVE_PORT docker compose -f compose.yaml -p board-live up -d
echo "Password of the day: $WORD" > site/index.html
