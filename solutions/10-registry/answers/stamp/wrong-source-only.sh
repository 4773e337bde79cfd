# expect: prints 'paid'
docker build -q -t stamp:1 -f - stamp <<'END'
FROM scratch
COPY stamp.c /stamp
CMD ["/stamp"]
END
