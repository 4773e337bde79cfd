# expect: "auth":
export PATH="$PWD/helpers:$PATH"
echo ink-and-paper | docker --config counter login -u clerk --password-stdin localhost:8093
docker tag tide:1 localhost:8093/harbour/tide:1
docker --config counter push -q localhost:8093/harbour/tide:1
sed -i '1s/{/{ "credsStore": "toy",/' counter/config.json
