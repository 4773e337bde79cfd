# expect: /app/conf/settings.ini
printf '%s\n' .venv __pycache__ conf '*.key' '*.log' '*.md' '!README.md' > parcel/.dockerignore
docker build -q -t parcel:clean parcel
