docker create --name tallow --cap-drop=all --cap-add=CAP_CHOWN drydock/busybox sleep 1d
docker start tallow
