# expect: The log of container west contains '/tickets: Gil'
docker rm -f west
docker run -d --name west -e BOOTH_PIER=West booth:1
