# expect: /app/conf/tide.log
printf '%s\n' .venv __pycache__ '**/*.key' '*.log' '*.md' '!README.md' > parcel/.dockerignore
docker build -q -t parcel:clean parcel
