# expect: has the command
docker run --name office drydock/busybox:1 sh -c 'echo office open; echo ledger saved'
