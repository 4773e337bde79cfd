# expect: there is no network pier
docker volume create hold
