# expect: exited with code
docker stop spica
sh harbour/await.sh topgallant 3
