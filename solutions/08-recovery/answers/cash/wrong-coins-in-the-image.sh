# expect: Image cashbox:copy has nothing at /cash/coins.txt
docker cp cashbox:/cash/coins.txt .
docker create --name without drydock/busybox:1
mkdir -p cash && mv coins.txt cash/
docker cp cash without:/
docker cp cashbox:/key.txt - | docker cp - without:/
docker commit without cashbox:copy
docker create --name cashbox-2 -v cash-2:/cash cashbox:copy
