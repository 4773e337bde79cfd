# The folder nameplate: a sign, and a stage that proves its name. The name is misspelt.
rm -rf nameplate && mkdir nameplate
echo "ss $VALUE_NAMEPLATE" | tr AEIOU EIOUA > nameplate/name.txt
cat > nameplate/Dockerfile <<EOF
FROM drydock/busybox:1 AS cast
COPY name.txt /name.txt
RUN tr a-z A-Z < /name.txt > /plate.txt

FROM cast AS proof
RUN grep -x "SS $VALUE_NAMEPLATE" /plate.txt && sed 's/^/proved: /' /plate.txt > /proof.txt

FROM drydock/busybox:1
COPY --from=cast /plate.txt /
CMD ["cat", "/plate.txt"]
EOF
docker build -q -t nameplate:bad nameplate >/dev/null
