docker pull -q localhost:8025/anchor@$(cat anchor.note)
docker tag localhost:8025/anchor@$(cat anchor.note) anchor:good
printf 'FROM anchor:good\nCMD ["cat", "/anchor"]\n' | docker build -q -t ship:sealed -
