# expect: contains 'crane: it turns'
docker run -d --name crane --init --cap-drop ALL crane:1
