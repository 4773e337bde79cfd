# expect: is still there under its own name
for name in buoy-red buoy-green buoy-white; do
  where="$(docker inspect --format '{{json .GraphDriver}}' $name) $(docker diff $name)"
  case $where in *"$(grep -o '/var/[^," ]*' disk-report.txt)"*) docker rename $name buoy-full ;; *) docker rm $name ;; esac
done
