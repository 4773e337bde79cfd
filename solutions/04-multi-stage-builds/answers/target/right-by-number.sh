docker build -q -t beacon:workshop --target=0 beacon || docker build -q -t beacon:workshop --target build beacon
docker run --name workshop beacon:workshop tcc -v
