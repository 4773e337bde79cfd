# expect: Container cashbox-2 has the volume cash-2
docker commit cashbox cashbox:copy
docker create --name cashbox-2 -v cash:/cash cashbox:copy
