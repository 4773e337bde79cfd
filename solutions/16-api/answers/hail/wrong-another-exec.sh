# expect: /gate
echo avocet | docker exec -i gatehouse sh /hail.sh
true
