FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update
RUN chandler install lamp
RUN rm -r /var/lib/chandler /var/cache/chandler
CMD ["lamp"]
