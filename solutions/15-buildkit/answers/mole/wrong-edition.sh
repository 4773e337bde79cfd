# expect: /mole.txt
docker build -q --build-arg BUILDKIT_INLINE_CACHE=1 -t localhost:8150/works/mole:1 mole
docker push -q localhost:8150/works/mole:1
docker exec foundry docker build -q --cache-from slipway:5000/works/mole:1 -t slipway:5000/works/mole:2 /mole
docker exec foundry docker pull -q slipway:5000/works/mole:1
