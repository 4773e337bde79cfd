# expect: Container spica has exited
docker exec vega docker node update --availability drain spica
sh harbour/await.sh topgallant 3
