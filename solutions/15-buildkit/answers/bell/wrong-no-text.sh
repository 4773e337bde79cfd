# expect: , on amd64
docker exec foundry sed -i 's/^FROM drydock/FROM --platform=$BUILDPLATFORM drydock/' /bell/Dockerfile
docker exec foundry docker build -q --platform linux/amd64,linux/386,linux/arm64 -t slipway:5000/works/bell:1 --push /bell
docker exec foundry docker run --name bell-amd64 --platform linux/amd64 slipway:5000/works/bell:1
docker exec foundry docker run --name bell-386 --platform linux/386 slipway:5000/works/bell:1
