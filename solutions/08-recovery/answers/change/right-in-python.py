import docker

north = docker.from_env().containers.get("north")
north.commit("north", "winter", message="open in winter", author="me", changes="ENV BOOTH_SEASON winter")
