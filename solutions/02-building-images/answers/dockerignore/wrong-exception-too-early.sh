# expect: /app/README.md
printf '%s\n' .venv __pycache__ '**/*.key' '**/*.log' '!README.md' '*.md' > parcel/.dockerignore
docker build -q -t parcel:clean parcel
