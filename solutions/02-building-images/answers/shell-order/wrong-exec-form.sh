# expect: Image shell:last has the command
docker build -q -t shell:first - <<'EOF'
FROM drydock/python:3
SHELL ["python3", "-c"]
CMD print("Ahoy from Python")
EOF
docker build -q -t shell:last - <<'EOF'
FROM drydock/python:3
CMD ["python3", "-c", "print(\"Ahoy from Python\")"]
SHELL ["python3", "-c"]
EOF
