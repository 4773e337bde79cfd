# expect: has at /mast a file containing
docker build -q -t rig:1 rig
