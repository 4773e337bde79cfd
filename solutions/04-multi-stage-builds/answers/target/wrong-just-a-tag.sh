# expect: /src/beacon.c
docker tag drydock/toolchain:1 beacon:workshop
docker run --name workshop beacon:workshop tcc -v
