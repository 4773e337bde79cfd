# expect: Network fog has exactly the members prices, skiff, tug
docker network disconnect fog tug
