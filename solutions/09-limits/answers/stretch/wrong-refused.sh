# expect: Container yearbook is limited to memory 128MiB
docker update --memory 128m --cpus 0.5 --pids-limit 50 yearbook
