# expect: .dockerignore
printf '%s\n' .venv __pycache__ deploy.key conf/backup.key debug.log conf/tide.log notes.md > parcel/.dockerignore
docker build -q -t parcel:clean parcel
