# expect: Network fog has exactly the members
for boat in tug barge skiff; do docker network disconnect fog $boat; done
