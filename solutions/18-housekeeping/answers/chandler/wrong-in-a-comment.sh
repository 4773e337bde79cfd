# expect: lets the chandler install
cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
# chandler install lamp wick
RUN for pack in lamp wick; do printf '#!/bin/sh\necho "%s, delivery 2"\n' $pack >/bin/$pack && chmod 755 /bin/$pack; done
EOF
docker build -q -t pantry:1 chandlery
