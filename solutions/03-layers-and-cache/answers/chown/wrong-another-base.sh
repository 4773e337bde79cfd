# expect: Image charts:slim is built on drydock/busybox:1
printf '%s\n' 'FROM drydock/busybox:1' 'COPY north.bin /charts/north.bin' 'RUN chown 10001 /charts/north.bin && chmod 0600 /charts/north.bin' 'USER 10001' | docker build -q -t charts:fat -f - charts &
printf '%s\n' 'FROM scratch' 'COPY --chown=10001 --chmod=0600 north.bin /charts/north.bin' 'USER 10001' | docker build -q -t charts:slim -f - charts
wait
