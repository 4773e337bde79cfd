# expect: is on the network tideway as
docker network create --internal tideway
docker run -d --name tides-5 --network tideway tides:1.2
docker run -d --name gate-5 -p 8055:80 tides-gate:1
docker network connect tideway gate-5
