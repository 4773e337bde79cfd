# expect: the rope has snapped
docker run -d --name duo --restart always duo:1
docker run -d --name duo-bell --restart always duo:1 sh /bell.sh
docker run -d --name duo-horn --restart always duo:1 sh /horn.sh
