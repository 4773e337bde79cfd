# expect: harbour/tools:1
docker tag drydock/python:3 harbour/tools:1
