# expect hidden: entrypoint
docker run --name aboard --entrypoint echo ferry:1 "Welcome aboard."
