docker run --name cc -v "$PWD/stamp:/src:ro" drydock/toolchain:1 cc -o /stamp /src/stamp.c
docker cp cc:/stamp stamp/stamp
docker rm cc
docker build -q -t stamp:1 -f - stamp <<'END'
FROM scratch
COPY stamp /
ENTRYPOINT ["/stamp"]
END
