# expect: .dockerignore
cd parcel && rm -r .venv __pycache__ *.log *.key notes.md conf/*.key conf/tide.log && docker build -q -t parcel:clean .
