# expect: does not contain 'CMD
docker tag beacon:fat beacon:workshop
docker run --name workshop beacon:workshop tcc -v
