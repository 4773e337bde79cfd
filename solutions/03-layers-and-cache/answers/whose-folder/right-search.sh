for name in $(docker ps --all --filter name=buoy- --format '{{.Names}}'); do
  where="$(docker inspect --format '{{json .GraphDriver}}' $name) $(docker diff $name)"
  case $where in *"$(grep -o '/var/[^," ]*' disk-report.txt)"*) docker rename $name buoy-full ;; esac
done
