#!/bin/bash
# A swarm of three hosts, one of which is lost. Names begin with sw-.
set -e
docker network create sw-strait >/dev/null
for host in sw-one sw-two sw-lost sw-alone; do
    docker run --privileged -d --name $host --hostname $host --network sw-strait drydock/host >/dev/null
done
for host in sw-one sw-two sw-lost sw-alone; do docker exec $host ready; done
docker exec sw-one docker swarm init --dispatcher-heartbeat 1s >/dev/null
token=$(docker exec sw-one docker swarm join-token -q worker)
for host in sw-two sw-lost; do docker exec $host docker swarm join --token "$token" sw-one:2377 >/dev/null; done
for host in sw-one sw-two; do docker exec $host docker tag drydock/busybox:1 own:2; done
docker kill sw-lost >/dev/null
docker exec -i sw-one sh -e >/dev/null 2>&1 <<'SH'
patient() { for _ in $(seq 300); do "$@" | grep -q "$word" && return; sleep 0.2; done; exit 1; }
# Before it is missed, it would be given tasks.
word=Down patient docker node ls --filter name=sw-lost
# From here on nobody else is missed, however busy the machine is.
docker swarm update --dispatcher-heartbeat 60s
word=ready patient docker node inspect sw-two --format '{{.Status.State}}'
docker node update --label-add zone=north --availability active sw-two
docker network create -d overlay lane
echo s3cret | docker secret create --label of=keeper password -
echo hello | docker config create motd -
docker service create -d --name web --replicas 2 --network lane --endpoint-mode dnsrr --secret password --config source=motd,target=/motd \
    --update-failure-action rollback --update-order start-first drydock/nginx:1
docker service create -d --name plain --constraint node.hostname==sw-one drydock/nginx:1
docker service create -d --name north --mode global --constraint node.labels.zone==north drydock/nginx:1
docker service create -d --name stuck --constraint node.labels.zone==south drydock/nginx:1
docker service create -d --name sick --health-cmd false --health-interval 1s --health-retries 1 \
    --stop-grace-period 1s --restart-condition none drydock/busybox:1 sleep 1d
docker service create -d --name back --constraint node.hostname==sw-two --update-failure-action rollback --update-monitor 2s \
    --update-order start-first --stop-grace-period 1s drydock/busybox:1 sleep 1d
printf 'services:\n  one: {image: drydock/nginx:1}\n  two: {image: drydock/nginx:1}\n' >/tmp/shop.yaml
sed -i '1i version: "3.8"' /tmp/shop.yaml
docker stack deploy -c /tmp/shop.yaml shop
# Not the column of what is desired.
for one in back north; do word=Running patient docker service ps $one --format '{{.CurrentState}}'; done
docker service update -d --image own:2 --health-cmd false --health-interval 1s --health-retries 1 back
word=rollback_completed patient docker service inspect back --format '{{json .UpdateStatus}}'
word=unhealthy patient docker service ps sick --no-trunc
SH
