# expect: to which no tag leads, was not swept away
# The coaster's, as they are there when one has come this far.
for version in 1 2; do
    docker build -q -t localhost:8091/harbour/coaster:stable --build-arg VERSION=$version goods
    docker push -q localhost:8091/harbour/coaster:stable
done
for part in 1 2; do
    digest=$(sh depot/curl -I -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
        http://localhost:8091/v2/harbour/film/manifests/$part | grep -i docker-content-digest | grep -o 'sha256:[0-9a-f]*')
    sh depot/curl -X DELETE http://localhost:8091/v2/harbour/film/manifests/$digest
done
docker exec depot registry garbage-collect --delete-untagged /etc/docker/registry/config.yml >/dev/null
docker restart -t 1 depot
