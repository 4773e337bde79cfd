/* ask METHOD PATH [JSON]: one question to the Docker daemon, over its socket, or at $DOCKER_AT (HOST:PORT). */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int by_socket(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/var/run/docker.sock"};
    int line = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(line, (struct sockaddr *)&at, sizeof at) < 0 ? -1 : line;
}

static int by_network(char *at) {
    char *port = strchr(at, ':');
    struct addrinfo hints, *found;
    int line;
    if (!port) return -1;
    *port++ = 0;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(at, port, &hints, &found)) return -1;
    line = socket(found->ai_family, SOCK_STREAM, 0);
    return connect(line, found->ai_addr, found->ai_addrlen) < 0 ? -1 : line;
}

int main(int words, char **word) {
    char *at = getenv("DOCKER_AT"), *body = words > 3 ? word[3] : "", buffer[8192];
    int line, got;
    if (words < 3) return fputs("usage: ask METHOD PATH [JSON]\n", stderr), 2;
    line = at ? by_network(strdup(at)) : by_socket();
    if (line < 0) return perror("ask: nobody there"), 1;
    dprintf(line, "%s %s HTTP/1.0\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
            word[1], word[2], (int)strlen(body), body);
    while ((got = read(line, buffer, sizeof buffer)) > 0) write(1, buffer, got);
    puts("");
    return 0;
}
