# The dredger's last words. The sandbank is another one for each student.
docker rm -f dredger >/dev/null 2>&1
echo "mkdir /var/diary; echo 'aground on bank $VALUE_DREDGER_BANK' > /var/diary/tuesday; exit 3" |
    docker run -i --name dredger drydock/busybox:1 sh
