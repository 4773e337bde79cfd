# expect: edition: spring
docker exec -i quayboard sh <<'END'
printf '#!/bin/sh\n' >/usr/local/bin/deploy
chmod +x /usr/local/bin/deploy
END
