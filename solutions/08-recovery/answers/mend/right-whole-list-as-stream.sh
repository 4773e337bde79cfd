mkdir -p mended
printf '{"adult": 6, "child": 3, "bicycle": 4}\n' > mended/fares.json
tar -c -C mended fares.json | docker cp - north:/srv/booth
docker restart north
