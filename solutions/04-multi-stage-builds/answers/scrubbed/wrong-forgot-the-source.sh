# expect: /src/beacon.c
printf '%s\n' 'FROM beacon:fat' 'RUN rm -rf /usr/bin/tcc /usr/lib /usr/include' | docker build -q -t beacon:scrubbed -
