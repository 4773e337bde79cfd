# expect: Container winch is limited to
docker update --memory 48m --memory-swap 48m winch
