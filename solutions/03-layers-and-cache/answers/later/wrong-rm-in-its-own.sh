# expect: Image pack:same is smaller than
for name in later same; do
printf '%s\n' 'FROM drydock/busybox:1' 'RUN head -c 5000000 /dev/zero > /tmp/helper && wc -c < /tmp/helper > /report.txt' 'RUN rm /tmp/helper' | docker build -q -t pack:$name -
done
