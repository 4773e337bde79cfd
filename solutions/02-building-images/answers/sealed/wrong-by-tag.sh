# expect: rusty
printf 'FROM localhost:8025/anchor:1\nCMD ["cat", "/anchor"]\n' | docker build -q -t ship:sealed -
