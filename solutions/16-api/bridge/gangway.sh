# The way to the citadel by ssh (lab 16): a server there that has a user captain and knows nobody's key; and here, in the
# folder gangway, captain's public key and a command ssh. Refused visitors aren't made to wait (PerSourcePenalties).
sh bridge/citadel.sh
docker exec citadel docker start sshd >/dev/null 2>&1 || {
    docker save drydock/openssh:10 | docker exec -i citadel docker load -q >/dev/null
    docker exec citadel docker run -d --restart unless-stopped --name sshd --network host -v /var/run/docker.sock:/var/run/docker.sock \
        -v /usr/bin/docker:/usr/bin/docker:ro drydock/openssh:10 /usr/sbin/sshd -D -e -o PerSourcePenalties=no >/dev/null
}
docker exec citadel timeout 40 sh -c "until grep -q ':0016 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.2; done"
docker exec citadel docker exec sshd sh -c 'grep -q ^captain: /etc/passwd || {
    echo "captain:x:1001:$(stat -c %g /var/run/docker.sock):captain:/home/captain:/bin/sh" >>/etc/passwd
    mkdir -p /home/captain && chown captain /home/captain; }'
rm -rf gangway && mkdir gangway
for _ in 1 2 3 4 5; do
    key=$(docker exec citadel docker exec sshd cat /etc/ssh/ssh_host_ed25519_key.pub) && [ "$key" ] && break
done
docker run --rm -e KEY="$key" -v captain-keys:/root/.ssh drydock/openssh:10 sh -c 'cd ~/.ssh
        echo "[localhost]:8162 $KEY" >known_hosts
        [ -f id_ed25519 ] || ssh-keygen -q -t ed25519 -N "" -C captain -f id_ed25519
        cat id_ed25519.pub' >gangway/captain.pub
cat >gangway/ssh <<END
#!/bin/sh
# ssh from the image drydock/openssh:10, with the keys in the volume captain-keys.
export DOCKER_HOST='$DOCKER_HOST'
exec docker run --rm -i --network host -v captain-keys:/root/.ssh drydock/openssh:10 ssh "\$@"
END
chmod +x gangway/ssh
