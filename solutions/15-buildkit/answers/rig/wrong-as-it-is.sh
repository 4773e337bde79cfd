# expect: at the same time
docker build -q -t rig:1 rig
