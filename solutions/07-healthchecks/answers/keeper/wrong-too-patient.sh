# expect: more than two seconds old
docker build -q -t keeper:1 - <<'END'
FROM keeper:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=1 CMD ["python3", "-c", "import os, sys, time; sys.exit(time.time() - os.path.getmtime('/tmp/turned') > 10)"]
END
docker run -d --name lamp-2 --env LAMP=stuck keeper:1
docker run -d --name lamp-1 keeper:1
