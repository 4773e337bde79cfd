# Builds the sea chart's image with your word in it, and forgets what a try before this one has left.
docker rm -f charthouse navigator > /dev/null 2>&1
docker rmi -f seachart:1 seachart:$VALUE_CHART_WORD seachart:flat > /dev/null 2>&1
docker build -q -t seachart:1 - << EOF
FROM drydock/busybox:1
RUN mkdir -p /srv && echo "a draft: the rocks are still missing" > /srv/draft.txt
RUN rm /srv/draft.txt && echo "chart of $VALUE_CHART_WORD sound" > /srv/chart.txt
ENV CHART=$VALUE_CHART_WORD
CMD ["cat", "/srv/chart.txt"]
EOF
docker run --rm seachart:1
