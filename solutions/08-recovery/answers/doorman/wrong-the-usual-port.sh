# expect: Container doorman listens on
docker run -d --name doorman --restart unless-stopped --health-interval 3s --health-cmd "wget -q -O /dev/null http://localhost:8000/" drydock/python:3 python3 -m http.server 8000
