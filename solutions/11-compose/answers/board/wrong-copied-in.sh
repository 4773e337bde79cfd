# expect: board/site of the lab's folder
. board/mine.sh
cat > board/compose.override.yaml <<'EOF'
services:
  page:
    labels: {where: site}
EOF
cd board
BERTH=$WORK_PORT docker compose -p board-work up -d
BERTH=$LIVE_PORT docker compose -f compose.yaml -p board-live up -d
echo "Password of the day: $WORD" > site/index.html
docker compose -p board-work cp site/index.html page:/site/index.html
