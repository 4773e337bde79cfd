# expect: cork-1
docker prune --force --filter label=quay=cork
true
