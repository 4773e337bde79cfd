cat > scribe.yaml <<'END'
services:
  scribe:
    image: drydock/busybox:1
    container_name: scribe
    command: sleep 1d
    network_mode: none
    blkio_config:
      device_write_bps:
        - path: /dev/sda
          rate: 1mb
END
docker compose -f scribe.yaml create
