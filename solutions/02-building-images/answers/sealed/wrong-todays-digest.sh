# expect: rusty
docker pull -q localhost:8025/anchor:1
docker build -q -t ship:sealed - <<EOF
FROM $(docker image inspect --format '{{index .RepoDigests 0}}' localhost:8025/anchor:1)
CMD ["cat", "/anchor"]
EOF
