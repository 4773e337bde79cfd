# expect: shell:last
docker build -q -t shell:first - <<'EOF'
FROM drydock/python:3
SHELL ["python3", "-c"]
CMD print("Ahoy from Python")
EOF
docker build -q -t shell:last - <<'EOF'
FROM drydock/python:3
CMD print("Ahoy from Python")
EOF
