FROM drydock/busybox:1
RUN exit 3
