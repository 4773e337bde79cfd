# expect: cpus
# Shares are a weight against others, not a limit.
docker run -d --name leash --memory 64m --cpu-shares 512 drydock/busybox:1 sleep 1d
