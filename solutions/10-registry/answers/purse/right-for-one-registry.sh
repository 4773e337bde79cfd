mkdir -p counter
echo '{"credHelpers": {"localhost:8093": "toy"}}' > counter/config.json
export PATH="$PATH:$PWD/helpers"
docker --config counter login -u clerk -p ink-and-paper localhost:8093
docker tag tide:1 localhost:8093/harbour/tide:1
docker --config counter push localhost:8093/harbour/tide:1
