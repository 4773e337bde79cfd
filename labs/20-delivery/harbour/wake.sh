# The three machines again, where the lab's Docker has been stopped since. Fails where they have never been made.
docker cp harbour/today.sh printery:/srv/today.sh >/dev/null 2>&1
[ "$(docker ps -q --filter 'name=^(storehouse|printery|quayboard)$' | wc -l)" = 3 ] && exit
docker start storehouse printery quayboard >/dev/null 2>&1 || exit
docker exec printery ready
docker exec quayboard ready
# What people read: first the tables that the pane leads to, then the pane.
docker exec quayboard sh -c 'docker start $(grep -o "tables-[a-z]*" /srv/front/default.conf) pane' >/dev/null 2>&1
true
