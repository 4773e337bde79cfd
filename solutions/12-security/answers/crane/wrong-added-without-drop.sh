# expect: the one right that it needs
for cap in CHOWN DAC_OVERRIDE FOWNER NET_RAW SETGID SYS_CHROOT; do
    docker run --rm --cap-drop ALL --cap-add $cap crane:1 crane once 2>/dev/null && break
done
docker run -d --name crane --init --cap-add $cap crane:1
