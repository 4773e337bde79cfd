# expect: cork-3
docker container prune --force --filter label=quay=cork
