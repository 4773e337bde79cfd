# expect: there is no image topsail:1
docker build -q --network host --ssh default=keys/loft.key -t topsail:1 topsail
