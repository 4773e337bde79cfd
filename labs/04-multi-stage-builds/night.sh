# The folder night: the beacon with a stage that tests. Which sign the new keeper has "tidied up" differs.
rm -rf night && cp -r beacon night && rm -f night/Dockerfile*
case $VALUE_NIGHT_LETTER in
  S) sed -i 's/"\.\.\."/".."/' night/morse.c ;;
  O) sed -i 's/"---"/"--"/' night/morse.c ;;
  5) sed -i 's/"\.\.\.\.\."/"...."/' night/morse.c ;;
esac
cat > night/Dockerfile <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM build AS test
RUN tcc -static -o /test test.c morse.c
RUN /test > /report.txt || { cat /report.txt; exit 1; }

FROM scratch
COPY --from=build /beacon /beacon
CMD ["/beacon"]
EOF
