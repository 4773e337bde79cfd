# expect: created, never started
# A paused container keeps its port.
docker pause squatter
docker start berths
