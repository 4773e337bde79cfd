# expect: PRIVATE KEY
cp keys/loft.key topsail/loft.key
cat > topsail/Dockerfile <<'EOF'
FROM drydock/openssh:10
COPY --chmod=600 loft.key /root/loft.key
RUN ssh -i /root/loft.key -o StrictHostKeyChecking=no -p 8151 app@localhost cat plan > /plan
EOF
docker build -q --network host -t topsail:1 topsail
