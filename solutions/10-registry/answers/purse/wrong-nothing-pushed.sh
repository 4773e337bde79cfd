# expect: harbour/tide:1
mkdir -p counter
echo '{"credsStore": "toy"}' > counter/config.json
export PATH="$PWD/helpers:$PATH"
echo ink-and-paper | docker --config counter login -u clerk --password-stdin localhost:8093
docker tag tide:1 localhost:8093/harbour/tide:1
