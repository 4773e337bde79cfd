# expect: prints 'built on keel 1'
docker tag keel:1 ship:monday
docker tag keel:1 ship:pinned
docker tag keel:2 keel:latest
docker tag keel:2 ship:friday
