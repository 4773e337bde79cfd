# expect: length=
docker build -q -t keelson:1 - <<END
FROM drydock/busybox:1
COPY <<EOF /keel.conf
wood=oak
length=10
EOF
RUN <<EOF
mkdir /frames; touch /frames/1 /frames/2 /frames/3
EOF
END
