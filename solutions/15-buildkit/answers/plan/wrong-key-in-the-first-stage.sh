# expect: has the mount type=ssh
cp keys/loft.key topsail/loft.key
sed -i 's|^RUN ssh|COPY --chmod=600 loft.key /root/loft.key\nRUN ssh -i /root/loft.key|' topsail/Dockerfile
docker build -q --network host -t topsail:1 topsail
