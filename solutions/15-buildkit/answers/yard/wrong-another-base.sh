# expect: Image wherry:1 is built on drydock/busybox:1
echo $VALUE_YARD_COLOUR > yard/colour.txt
cat > yard/Dockerfile <<'EOF'
FROM drydock/python:3
RUN --mount=type=bind,source=saw.sh,target=/saw.sh \
    --mount=type=bind,source=planks.txt,target=/planks.txt \
    --mount=type=cache,target=/shed \
    sh /saw.sh /planks.txt /ferry
RUN --mount=type=bind,source=paint.sh,target=/paint.sh \
    --mount=type=bind,source=colour.txt,target=/colour.txt \
    sh /paint.sh /colour.txt /ferry
CMD ["cat", "/ferry/log"]
EOF
docker build --progress=plain -t wherry:1 yard 2>&1 | sh steps.sh
docker run --rm wherry:1
