# expect: is smaller than 1MB
docker build -q -t stamp:1 -f - stamp <<'END'
FROM drydock/toolchain:1
COPY stamp.c /
RUN cc -o /stamp /stamp.c
CMD ["/stamp"]
END
