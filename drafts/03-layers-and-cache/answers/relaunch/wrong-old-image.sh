# expect: quay-next
docker build -q -t quay:next quay
docker run -d --name quay-next -p 8034:8000 quay:good
