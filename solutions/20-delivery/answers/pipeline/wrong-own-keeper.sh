# expect: A commit that the check pushes
docker exec -i printery sh <<'END'
echo 'echo "it is in the storehouse"' >/srv/today.sh
END
