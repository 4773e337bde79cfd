/* Beacon: a small web service that turns words into Morse code.
 *
 *   GET /health        ok
 *   GET /morse/WORD    the word in Morse code
 *   GET /signals       the file /signals.txt, if there is one
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "morse.h"

#define PORT 8000

static void stop(int number)
{
    (void)number;
    _exit(0);
}

/* Fills body with the page for a path; returns the HTTP status. */
static int page(const char *path, char *body, size_t room)
{
    body[0] = 0;
    if (strcmp(path, "/health") == 0) {
        snprintf(body, room, "ok\n");
        return 200;
    }
    if (strncmp(path, "/morse/", 7) == 0) {
        for (const char *c = path + 7; *c; c++) {
            const char *sign = morse(*c);
            if (sign && strlen(body) + strlen(sign) + 3 < room) {
                strcat(body, sign);
                strcat(body, c[1] ? " " : "\n");
            }
        }
        return 200;
    }
    FILE *signals = strcmp(path, "/signals") == 0 ? fopen("/signals.txt", "r") : NULL;
    if (signals) {
        body[fread(body, 1, room - 1, signals)] = 0;
        fclose(signals);
        return 200;
    }
    snprintf(body, room, "nothing at %s\n", path);
    return 404;
}

static void answer(int visitor)
{
    char request[2048], path[512] = "", body[4096], head[256];
    ssize_t got = read(visitor, request, sizeof request - 1);
    if (got <= 0)
        return;
    request[got] = 0;
    sscanf(request, "GET %511s", path);
    int status = page(path, body, sizeof body);
    int length = snprintf(head, sizeof head,
                          "HTTP/1.0 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                          status, status == 200 ? "OK" : "Not Found", strlen(body));
    write(visitor, head, length);
    write(visitor, body, strlen(body));
    printf("%d %s\n", status, path);
    fflush(stdout);
}

int main(void)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int yes = 1, door = socket(AF_INET, SOCK_STREAM, 0);
    signal(SIGTERM, stop);
    signal(SIGPIPE, SIG_IGN);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(door, (struct sockaddr *)&place, sizeof place) != 0 || listen(door, 16) != 0) {
        perror("beacon");
        return 1;
    }
    printf("beacon: listening on port %d\n", PORT);
    fflush(stdout);
    for (;;) {
        int visitor = accept(door, NULL, NULL);
        if (visitor < 0)
            continue;
        answer(visitor);
        close(visitor);
    }
}
