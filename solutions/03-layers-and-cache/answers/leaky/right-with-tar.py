import io
import json
import subprocess
import tarfile

image = subprocess.run(["docker", "save", "gate:1"], capture_output=True, check=True).stdout
with tarfile.open(fileobj=io.BytesIO(image)) as outer:
    for name in json.load(outer.extractfile("manifest.json"))[0]["Layers"]:
        with tarfile.open(fileobj=outer.extractfile(name), mode="r:*") as layer:
            if "gate/gate.key" in layer.getnames():
                key = layer.extractfile("gate/gate.key").read().decode().strip()
check.answer("key", key)  # noqa: F821
