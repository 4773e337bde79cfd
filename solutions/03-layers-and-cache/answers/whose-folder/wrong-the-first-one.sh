# expect: /var/waves-23.dat
docker rename buoy-red buoy-full
