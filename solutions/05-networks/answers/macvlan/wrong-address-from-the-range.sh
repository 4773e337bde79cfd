# expect: is on the network desk at
docker network create -d macvlan -o parent=officelan --subnet 10.55.9.0/24 --ip-range 10.55.9.128/25 --gateway 10.55.9.254 desk
docker run -d --name printer --network desk drydock/nginx:1
