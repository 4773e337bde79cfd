# expect: df -k /slips
docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=64k slips
docker run -d --name desk -v slips:/slips drydock/busybox:1 sleep 1d
