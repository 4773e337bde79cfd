# expect: of the kind of the computer that builds
sed -i 's/^FROM drydock/FROM --platform=$TARGETPLATFORM drydock/' bell/Dockerfile
docker cp -q bell/Dockerfile foundry:/bell/Dockerfile
docker exec foundry docker build -q --platform linux/amd64,linux/386,linux/arm64 --build-arg TEXT=$VALUE_BELL_TEXT -t slipway:5000/works/bell:1 --push /bell
docker exec foundry docker run --name bell-amd64 --platform linux/amd64 slipway:5000/works/bell:1
docker exec foundry docker run --name bell-386 --platform linux/386 slipway:5000/works/bell:1
