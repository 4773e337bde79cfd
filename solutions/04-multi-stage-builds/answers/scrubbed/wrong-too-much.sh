# expect: /beacon
printf '%s\n' 'FROM beacon:fat' 'RUN rm -rf /usr/bin/tcc /usr/lib /usr/include /src/* /beacon' | docker build -q -t beacon:scrubbed -
