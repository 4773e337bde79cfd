docker run -d --name desk \
    --mount 'type=volume,source=slips,target=/slips,volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=none,"volume-opt=o=size=1024k,mode=1777"' \
    drydock/busybox:1 sleep 1d
