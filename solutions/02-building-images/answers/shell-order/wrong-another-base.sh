# expect: Image shell:first is built on drydock/python:3
docker build -q -t shell:first - <<'EOF'
FROM drydock/busybox:1
SHELL ["python3", "-c"]
CMD print("Ahoy from Python")
EOF
docker build -q -t shell:last - <<'EOF'
FROM drydock/busybox:1
CMD print("Ahoy from Python")
SHELL ["python3", "-c"]
EOF
