# expect: no container named buoy-full
docker rm buoy-green
