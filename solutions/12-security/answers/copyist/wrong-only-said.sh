# expect: lies in the spool
cat > copyist/Dockerfile <<'EOF'
FROM drydock/python:3
USER 1000
CMD ["python3", "-c", "import signal; print('order', open('/orders/order').read().strip(), 'is copied', flush=True); signal.pause()"]
EOF
docker build -q -t copyist:1 copyist
docker run -d --name copyist --read-only --tmpfs /var/spool/copyist -v orders:/orders:ro --cap-drop ALL --security-opt no-new-privileges --network none copyist:1
