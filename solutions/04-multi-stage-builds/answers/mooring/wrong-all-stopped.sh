# expect: is running
docker stop -t 0 wherry-ann wherry-bess wherry-cleo
docker start mailboat
