# expect: the bell of the long quay rings
docker build -q -t bell:2 - <<'EOF'
FROM bell:1
RUN printf '#!/bin/sh\nexec sleep 1d\n' > /ring.sh && chmod +x /ring.sh
EOF
docker run -d --name bell-2 bell:2
