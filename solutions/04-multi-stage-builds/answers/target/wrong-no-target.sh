# expect: Image beacon:workshop is built on drydock/toolchain:1
docker build -q -t beacon:workshop beacon
docker run --name workshop beacon:workshop tcc -v
