# expect: there is nothing at /cash/coins.txt
docker commit cashbox cashbox:copy
docker run --name cashbox-2 -v cash-2:/cash cashbox:copy
