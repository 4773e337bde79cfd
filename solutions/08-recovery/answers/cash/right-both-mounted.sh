docker commit cashbox cashbox:copy
docker run --rm --volumes-from cashbox:ro -v cash-2:/new drydock/busybox:1 cp -a /cash/. /new
docker run -d --name cashbox-2 --mount type=volume,source=cash-2,target=/cash cashbox:copy sleep 1d
