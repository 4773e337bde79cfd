# expect: no container named buoy-full
docker rm buoy-red buoy-green buoy-white
