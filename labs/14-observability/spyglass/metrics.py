"""What the spyglass sees. Each line is one measurement: NAME{LABEL="VALUE"} NUMBER."""


def lines(get):
    """get("/containers/json") asks the Docker daemon, and gives its answer as lists and dictionaries."""
    yield "# TYPE ships gauge"
    yield f"ships {len(get('/containers/json'))}"
