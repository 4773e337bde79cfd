import io, json, subprocess, tarfile
outer = tarfile.open(fileobj=io.BytesIO(subprocess.run(["docker", "save", "gate:1"], capture_output=True, check=True).stdout))
for name in json.load(outer.extractfile("manifest.json"))[0]["Layers"]:
    layer = tarfile.open(fileobj=outer.extractfile(name), mode="r:*")
    if "gate/gate.key" in layer.getnames():
        key = layer.extractfile("gate/gate.key").read().decode().strip()
check.answer("key", key)
