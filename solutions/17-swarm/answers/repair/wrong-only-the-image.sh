# expect: 2 tasks that run
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --image hold:5000/light:2 seamark
