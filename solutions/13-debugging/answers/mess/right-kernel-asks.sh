docker run -d --name mess-init --init mess:1
docker build -q -t mess:2 - <<'EOF'
FROM mess:1
RUN sed -i 's/^import time/&\nimport signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)/' /mess.py
EOF
docker run -d --name mess-2 mess:2
