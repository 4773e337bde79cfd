# Opens the vault. Its port and its word are other ones for each student.
docker rm -f vault >/dev/null 2>&1
docker build -q -t vault:1 vault >/dev/null
docker run -d --name vault -p 8087:80 vault:1 "$VALUE_VAULT_PORT" "$VALUE_VAULT_WORD" >/dev/null
docker port vault
docker exec vault sh || true
