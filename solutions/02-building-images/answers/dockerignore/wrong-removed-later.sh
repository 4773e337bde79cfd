# expect: Image parcel:clean is smaller than
cat > parcel/Dockerfile <<'EOF'
FROM drydock/busybox:1
WORKDIR /app
COPY . .
RUN rm -r .venv __pycache__ notes.md debug.log deploy.key conf/backup.key conf/tide.log
EOF
docker build -q -t parcel:clean parcel
