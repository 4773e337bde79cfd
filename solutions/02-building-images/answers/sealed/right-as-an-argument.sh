printf 'ARG ANCHOR\nFROM localhost:8025/anchor@$ANCHOR\nCMD ["cat", "/anchor"]\n' | docker build -q -t ship:sealed --build-arg ANCHOR=$(cat anchor.note) -
