# expect: toy.txt holds what Docker has told the helper
mkdir -p counter
echo ink-and-paper | docker --config elsewhere login -u clerk --password-stdin localhost:8093
docker tag tide:1 localhost:8093/harbour/tide:1
docker --config elsewhere push -q localhost:8093/harbour/tide:1
echo '{"credsStore": "toy", "auths": {"localhost:8093": {}}}' > counter/config.json
echo ink-and-paper > toy.txt
