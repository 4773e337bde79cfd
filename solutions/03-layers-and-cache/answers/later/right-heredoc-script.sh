mkdir -p pack
printf '%s\n' 'head -c 5000000 /dev/zero > /tmp/helper' 'wc -c < /tmp/helper > /report.txt' 'rm /tmp/helper' > pack/make.sh
printf '%s\n' 'FROM drydock/busybox:1' 'COPY make.sh /make.sh' 'RUN sh -e /make.sh' | docker build -q -t pack:same -f - pack
printf '%s\n' 'FROM drydock/busybox:1' 'RUN head -c 5000000 /dev/zero > /tmp/helper' 'RUN wc -c < /tmp/helper > /report.txt' 'RUN rm /tmp/helper' | docker build -q -t pack:later -
