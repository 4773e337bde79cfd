for side in port starboard; do COMPOSE_PROJECT_NAME=$side docker compose -f tender/compose.yaml up -d; done
