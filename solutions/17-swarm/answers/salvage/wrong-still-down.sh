# expect: Node spica is ready
docker exec vega docker service update -d --quiet --force topgallant
sh harbour/await.sh topgallant 3
