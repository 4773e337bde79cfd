# expect: /cash/coins.txt
docker commit cashbox cashbox:copy
docker create --name cashbox-2 -v cash-2:/cash cashbox:copy
