# expect: Network desk has the gateway 10.55.9.254
docker network create -d macvlan -o parent=officelan --subnet 10.55.9.0/24 --ip-range 10.55.9.128/25 desk
docker run -d --name printer --network desk --ip 10.55.9.200 drydock/nginx:1
