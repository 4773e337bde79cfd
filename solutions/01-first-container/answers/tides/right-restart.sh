docker restart tides
docker wait tides
docker restart tides
docker wait tides
