docker network create --driver macvlan --opt parent=officelan --opt macvlan_mode=bridge \
    --subnet 10.55.9.0/24 --ip-range 10.55.9.192/26 --gateway 10.55.9.254 desk
docker create --name printer --network desk --ip 10.55.9.200 drydock/nginx:1
docker start printer
