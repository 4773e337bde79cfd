docker build -q -t ship:sealed - <<END
FROM localhost:8025/anchor@$(cat anchor.note)
CMD cat /anchor
END
