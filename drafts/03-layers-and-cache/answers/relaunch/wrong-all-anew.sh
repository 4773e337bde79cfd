# expect: shares layers with quay:good
sed -i 's/^GREETING = .*/GREETING = "chartroom at the quay"/' quay/app.py
docker build -q --no-cache -t quay:next quay
docker run -d --name quay-next -p 8034:8000 quay:next
