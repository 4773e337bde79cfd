# expect: /app/deploy.key
printf '%s\n' .venv __pycache__ '**/*.key' '**/*.log' '*.md' '!README.md' > .dockerignore
docker build -q -t parcel:clean parcel
rm .dockerignore
