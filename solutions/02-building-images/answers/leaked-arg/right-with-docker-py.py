import docker

steps = docker.from_env().images.get("ferry:1").history()
words = " ".join(step["CreatedBy"] for step in steps).split()
token = next(word for word in words if word.startswith("TOKEN="))
check.answer("leaked-arg", token.removeprefix("TOKEN="))
