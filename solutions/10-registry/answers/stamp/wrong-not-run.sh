# expect: prints 'paid'
docker build -q -t stamp:1 -f - stamp <<'END'
FROM drydock/toolchain:1 AS build
COPY stamp.c /
RUN cc -o /stamp /stamp.c
FROM scratch
COPY --from=build /stamp /stamp
END
