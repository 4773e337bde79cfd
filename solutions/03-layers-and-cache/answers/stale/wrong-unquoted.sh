# expect: bulletin for tuesday
cat > bulletin/Dockerfile <<EOF
FROM drydock/busybox:1
RUN echo "paper and ink" > /paper.txt
ARG DAY
RUN echo "bulletin for $DAY, printed at second $(cut -d ' ' -f 1 /proc/uptime)" > /bulletin.txt
CMD ["cat", "/bulletin.txt"]
EOF
docker build -q -t bulletin:tue --build-arg DAY=tuesday bulletin &
docker build -q -t bulletin:wed --build-arg DAY=wednesday bulletin &
wait
