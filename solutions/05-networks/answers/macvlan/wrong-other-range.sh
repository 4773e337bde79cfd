# expect: Network desk has the subnet 10.55.9.0/24
docker network create -d macvlan -o parent=officelan --subnet 10.55.29.0/24 desk
docker run -d --name printer --network desk --ip 10.55.29.200 drydock/nginx:1
