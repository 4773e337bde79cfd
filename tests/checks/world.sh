#!/bin/bash
# The objects the table of expectations is tried on, made as a student would make them. Names begin with ck-.
set -e
here=$1

docker build -q -t ck/app:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
ARG SECRET=hunter2
LABEL team=blue
ENV MODE=dev LEVEL=3
WORKDIR /srv
RUN mkdir -p data && echo "tide table" > notes.txt && chmod 0640 notes.txt && ln -s notes.txt link.txt \
 && mkdir -p /etc && echo "harbour:x:10001:10001::/srv:/bin/sh" >> /etc/passwd && echo "harbour:x:10001:" >> /etc/group \
 && chown harbour:harbour notes.txt && printf '#!/bin/sh\nexit 0\n' > run.sh && chmod 0755 run.sh
EXPOSE 8080
EXPOSE 9090/udp
VOLUME /srv/data
USER harbour
HEALTHCHECK --interval=2s --timeout=3s --start-period=1s --retries=2 CMD test -f /srv/notes.txt
STOPSIGNAL SIGINT
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT ["echo", "hello"]
CMD ["world"]
DOCKERFILE
docker tag ck/app:1 ck/app:same
docker build -q -t ck/fat:1 - >/dev/null <<'DOCKERFILE'
FROM ck/app:1
USER root
RUN dd if=/dev/zero of=/big bs=1M count=3
DOCKERFILE
docker build -q -t ck/plain:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
HEALTHCHECK NONE
CMD ["sh", "-c", "echo out; echo err >&2; exit 4"]
DOCKERFILE
docker build -q -t ck/deaf:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
CMD ["sh", "-c", "echo at work; sleep 1d; true"]
DOCKERFILE
docker build -q -t ck/polite:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
STOPSIGNAL SIGUSR1
CMD ["sh", "-c", "trap 'echo bye; exit 0' USR1; echo at work; sleep 1d & wait"]
DOCKERFILE

docker build -q -t ck/page:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
CMD ["httpd", "-f", "-p", "8000", "-h", "/etc"]
DOCKERFILE
docker build -q -t ck/busy:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/python:3
CMD ["python3", "-m", "http.server", "8000"]
DOCKERFILE
docker build -q -t ck/bare:1 - >/dev/null <<'DOCKERFILE'
FROM scratch
COPY --from=drydock/busybox:1 /bin/busybox /sleep
USER 1000
ENTRYPOINT ["/sleep", "1d"]
DOCKERFILE
docker build -q -t ck/key:1 - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
RUN mkdir -p /srv && echo hidden treasure > /srv/key
RUN rm /srv/key
DOCKERFILE
docker build -q - >/dev/null <<'DOCKERFILE'
FROM drydock/busybox:1
LABEL team=stray
DOCKERFILE

docker network create --subnet 172.30.77.0/24 --ip-range 172.30.77.0/25 --gateway 172.30.77.1 --label team=blue --attachable \
  --opt com.docker.network.driver.mtu=1400 ck-front >/dev/null
docker network create --internal ck-inner >/dev/null
docker volume create --label team=blue ck-data >/dev/null
docker volume create --label team=red ck-red >/dev/null
docker volume create --label team=red >/dev/null
docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=1m ck-opt >/dev/null
docker run --rm -v ck-data:/d drydock/busybox:1 sh -c 'echo milk > /d/list.txt; chmod 600 /d/list.txt; chown 7:8 /d/list.txt; mkdir /d/box'
docker run --rm -v ck-data:/d:ro -v ck-twin:/t drydock/busybox:1 cp -a /d/. /t

docker run -d --name ck-peer --network ck-front --network-alias peer drydock/busybox:1 \
  sh -c 'sleep 0.3; exec httpd -f -p 6379 -h /etc' >/dev/null &
docker run -d --name ck-live --network ck-front --network-alias api --ip 172.30.77.10 \
  -p 18080:80 -p 127.0.0.1:18081:80 --expose 4000 \
  -e MODE=prod -e 'GREETING=a=b' -l team=blue --hostname box --workdir /tmp --user root \
  --memory 64m --memory-swap 128m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 \
  --shm-size 8m --ulimit nofile=100:200 \
  -v ck-data:/data:ro -v /anonymous -v "$here:/host:ro" --tmpfs /scratch:size=16m --mount type=tmpfs,target=/fast,tmpfs-size=1m \
  --restart on-failure:3 --log-driver json-file --log-opt max-size=10m \
  --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add CHOWN --read-only --security-opt no-new-privileges --init \
  --dns 192.0.2.53 --add-host extra:192.0.2.7 --sysctl net.ipv4.ip_unprivileged_port_start=80 --stop-signal SIGINT \
  --health-cmd 'test -f /etc/passwd' --health-interval 1s --health-retries 2 --ipc shareable \
  drydock/busybox:1 sh -c 'echo ready 42; echo oops >&2; echo memo > /scratch/memo; httpd -p 80 -h /etc; exec sleep 1d' >/dev/null &
docker run -d --name ck-swift --cpuset-cpus 0 --cpu-shares 800 drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-lazy --cpuset-cpus 0 --cpu-shares 200 --cpu-quota 5000 --cpu-period 50000 drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-faint --cpuset-cpus 0 --cpu-shares 200 drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-undead drydock/busybox:1 sh -c 'true & exec sleep 1d' >/dev/null &
docker run -d --name ck-registry -p 127.0.0.1:18082:5000 drydock/registry:2 >/dev/null &
docker run -d --name ck-locked -p 18088:5000 -v "$here/tls:/tls:ro" -e REGISTRY_AUTH=htpasswd \
  -e REGISTRY_AUTH_HTPASSWD_REALM=harbour -e REGISTRY_AUTH_HTPASSWD_PATH=/tls/htpasswd \
  -e REGISTRY_HTTP_TLS_CERTIFICATE=/tls/server.crt -e REGISTRY_HTTP_TLS_KEY=/tls/server.key drydock/registry:2 >/dev/null &
docker run -d --name ck-readonly -p 18089:5000 -e 'REGISTRY_STORAGE_MAINTENANCE_READONLY={enabled: true}' \
  drydock/registry:2 >/dev/null &
docker run --rm -v ck-ca:/ca -v "$here/tls:/tls:ro" drydock/busybox:1 cp /tls/ca.crt /tls/server.crt /tls/cosign.pub /ca &
docker run -d --name ck-sick --health-cmd 'echo no good; false' --health-interval 1s --health-retries 1 -m 64m \
  drydock/busybox:1 sleep 1d >/dev/null &
docker run --name ck-lost --health-cmd true drydock/busybox:1 true >/dev/null &
docker run -d --name ck-phoenix --restart always --health-cmd true --health-interval 1s drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-bare ck/bare:1 >/dev/null &
docker run -d --name ck-admin --cap-add SYS_ADMIN drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-profiled --security-opt "seccomp=$here/seccomp.json" drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-mortal drydock/busybox:1 sleep 1d >/dev/null &
docker run -d --name ck-crash --restart on-failure:2 drydock/busybox:1 false >/dev/null &
docker run -dt --name ck-tty --interactive --network none drydock/busybox:1 sh -c 'echo on a terminal; exec sleep 1d' >/dev/null &
docker run -d --name ck-host --privileged --network host --pid host --ipc host --uts host --rm \
  --log-driver none drydock/busybox:1 sleep 1d >/dev/null &
docker run --name ck-done drydock/busybox:1 sh -c 'echo bye; echo made > /made; echo x >> /etc/group; rm /bin/ascii; exit 3' >/dev/null || true &
docker run -m 16m --name ck-oom drydock/busybox:1 tail /dev/zero >/dev/null 2>&1 || true &
docker run --name ck-broken drydock/busybox:1 /no/such/program >/dev/null 2>&1 || true &
docker compose --project-name ck-shop --file "$here/project/compose.yaml" up --detach --wait >/dev/null 2>&1 &
wait
# The last of its starts has ended.
timeout 300 sh -c 'until [ "$(docker inspect -f "{{.RestartCount}} {{.State.Status}}" ck-crash)" = "2 exited" ]; do sleep 0.1; done'
docker commit -m 'a note by hand' -a Ada ck-done ck/rescued:1 >/dev/null
engine=$(docker run --rm --userns host drydock/busybox:1 readlink /proc/self/ns/user)
docker create --name ck-pinned -e PINNED="$engine" drydock/busybox:1 true >/dev/null
docker create --name ck-created ck/app:1 >/dev/null
docker run -d --name ck-paused drydock/busybox:1 sleep 1d >/dev/null
docker pause ck-paused >/dev/null
docker network create --subnet 172.30.79.0/24 ck-market >/dev/null
docker run -d --name ck-guest --network ck-market drydock/busybox:1 sleep 1d >/dev/null
docker run -d --name ck-web --network ck-market -p 18083:80 drydock/nginx:1 >/dev/null
docker run -d --name ck-forged --network ck-market drydock/busybox:1 sh -c 'echo "172.30.79.1 - - [x] \"GET /hello HTTP/1.1\" 404 9"; exec httpd -f -h /etc' >/dev/null
docker exec ck-guest sh -c 'until wget -q -T 3 -O /dev/null http://ck-web/; do sleep 0.1; done 2>/dev/null; wget -q -O - http://ck-web/hello; true' 2>/dev/null
docker exec ck-web sh -c 'wget -q -O - http://127.0.0.1/alone; true' 2>/dev/null
docker run -d --name ck-desk drydock/busybox:1 sh -c 'httpd -h /etc; exec sleep 1d' >/dev/null
docker run -d --name ck-joined --network container:ck-live --pid container:ck-live --ipc container:ck-live drydock/busybox:1 sleep 1d >/dev/null
docker restart -t 0 ck-sick >/dev/null
docker tag ck/plain:1 localhost:18082/ck/pushed:1
docker push -q localhost:18082/ck/pushed:1 >/dev/null
docker tag ck/plain:1 localhost:18082/ck/never:1
docker tag ck/fat:1 localhost:18082/ck/pushed:2
docker push -q localhost:18082/ck/pushed:2 >/dev/null
timeout 300 sh -c 'until [ "$(docker inspect -f "{{.State.Health.Status}}" ck-sick)" = unhealthy ]; do sleep 0.1; done'
