# expect: shares layers with chartroom:1
sed -i 's/first edition/second edition/' chartroom/app.py
docker build -q --no-cache -t chartroom:2 chartroom
