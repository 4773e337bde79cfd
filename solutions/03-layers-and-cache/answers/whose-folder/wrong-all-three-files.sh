# expect: one of the three containers
docker run --name buoy-full drydock/busybox:1 touch /var/waves-17.dat /var/waves-23.dat /var/waves-42.dat
