# expect: Image shell:first has the command
for tag in first last; do
docker build -q -t shell:$tag - <<'EOF'
FROM drydock/python:3
CMD print("Ahoy from Python")
SHELL ["python3", "-c"]
EOF
done
