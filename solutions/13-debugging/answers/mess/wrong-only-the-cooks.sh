# expect: Container mess-2 has no zombies
docker run -d --name mess-init --init mess:1
docker build -q -t mess:2 - <<'EOF'
FROM mess:1
RUN sed -i 's/^while True:/for cook in cooks: cook.wait()\n&/' /mess.py
EOF
docker run -d --name mess-2 mess:2
