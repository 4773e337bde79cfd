for part in 1 2; do
    digest=$(sh depot/curl -I -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
        http://localhost:8091/v2/harbour/film/manifests/$part | grep -i docker-content-digest | grep -o 'sha256:[0-9a-f]*')
    sh depot/curl -X DELETE http://localhost:8091/v2/harbour/film/manifests/$digest
done
docker stop -t 1 depot
docker run --rm --volumes-from depot drydock/registry:2 garbage-collect /etc/docker/registry/config.yml
docker start depot
