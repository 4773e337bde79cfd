# expect: has the new name
for name in buoy-red buoy-green buoy-white; do
  where="$(docker inspect --format '{{json .GraphDriver}}' $name) $(docker diff $name)"
  case $where in *"$(grep -o '/var/[^," ]*' disk-report.txt)"*) owner=$name ;; esac
done
docker run --name buoy-full drydock/busybox:1 sh -c "$(docker inspect --format '{{index .Config.Cmd 2}}' $owner)"
