docker run -d --name hermit --cap-drop all --read-only --mount type=tmpfs,target=/log --security-opt no-new-privileges drydock/busybox:1 sleep 1d
