# expect: crane
docker run -d --name crane --init --cap-drop ALL crane:1
