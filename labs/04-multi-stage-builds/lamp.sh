# The folder lamp, its image and its container. The order of its stages and some of what is wrong differ.
rm -rf lamp && cp -r beacon lamp && rm -f lamp/Dockerfile*
case $VALUE_LAMP_LETTER in
  Z) sed -i 's/"--\.\."/"--."/' lamp/morse.c ;;
  E) sed -i 's/"\."/".."/' lamp/morse.c ;;
  0) sed -i 's/"-----"/"----"/' lamp/morse.c ;;
esac
static='-static ' command='["/beacon"]'
if [ "$VALUE_LAMP_START" = shell ]; then command=/beacon; else static=; fi
# The number is that of the other stage.
case $VALUE_LAMP_STAGES in pages*) number=1 ;; *) number=0 ;; esac

for stage in $VALUE_LAMP_STAGES; do
  if [ $stage = pages ]; then
    cat <<'EOF'
FROM drydock/python:3 AS pages
WORKDIR /work
COPY make_signals.py signals.csv ./
RUN python3 make_signals.py

EOF
  else
    cat <<EOF
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc $static-o /beacon beacon.c morse.c

EOF
  fi
done > lamp/Dockerfile
cat >> lamp/Dockerfile <<EOF
FROM build AS test
RUN tcc -static -o /test test.c morse.c
RUN /test > /report.txt || { cat /report.txt; exit 1; }

FROM scratch AS final
COPY --from=$number /work/signals.txt /signals.txt
COPY --from=build /beacon /beacon
CMD $command

FROM build AS debug
CMD ["sh"]
EOF
docker rm -f lamp-try >/dev/null 2>&1
docker build -q -t lamp:bad lamp
docker run -d --name lamp-try lamp:bad
echo "lamp-try has ended, exit code $(docker wait lamp-try)"
sh sizes.sh lamp:bad beacon:full
