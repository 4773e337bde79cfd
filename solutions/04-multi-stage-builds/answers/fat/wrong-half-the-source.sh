# expect: no image beacon:fat
printf '%s\n' 'FROM drydock/toolchain:1' 'WORKDIR /src' 'COPY . .' 'RUN tcc -static -o /beacon beacon.c' 'CMD ["/beacon"]' > beacon/Dockerfile.fat
docker build -q -t beacon:fat -f beacon/Dockerfile.fat beacon && docker run -d --name beacon-fat -p 8041:8000 beacon:fat
