docker commit cashbox cashbox:copy
docker run --name cashbox-2 -v cash-2:/cash cashbox:copy
docker cp cashbox:/cash/coins.txt coins.txt
docker cp coins.txt cashbox-2:/cash/
