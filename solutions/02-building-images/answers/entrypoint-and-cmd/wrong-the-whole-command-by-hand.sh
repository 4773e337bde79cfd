# expect: Whitby: high water
docker build -t tide-cli:1 - <<'END'
FROM tides:0.2
CMD ["python3", "tides.py", "show", "Dover"]
END
docker run --name cli-default tide-cli:1
docker run --name cli-leith tide-cli:1 python3 tides.py show Leith
docker run --name cli-override --entrypoint cat tide-cli:1 harbours.csv
