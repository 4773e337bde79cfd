/* The vault: tells its word to those who ask from inside. It has a port, a word, and no shell beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(int count, char **words)
{
    if (count != 3)
        return 2;
    struct sockaddr_in here = {0};
    here.sin_family = AF_INET;
    here.sin_port = htons(atoi(words[1]));
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int door = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(door, (struct sockaddr *)&here, sizeof here) || listen(door, 8))
        return 1;
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        int visitor = accept(door, (struct sockaddr *)&from, &size);
        char request[2048], path[512] = "-", body[600], answer[900];
        ssize_t got = visitor < 0 ? -1 : read(visitor, request, sizeof request - 1);
        if (got > 0) {
            request[got] = 0;
            sscanf(request, "GET %511s", path);
            int status = strcmp(path, "/") ? 404 : 200;
            snprintf(body, sizeof body, "%s\n", status == 200 ? words[2] : "nothing here");
            snprintf(answer, sizeof answer, "HTTP/1.0 %d %s\r\nContent-Length: %d\r\n\r\n%s", status,
                     status == 200 ? "OK" : "Not Found", (int)strlen(body), body);
            write(visitor, answer, strlen(answer));
            printf("%s - - [now] \"GET %s HTTP/1.1\" %d %d\n", inet_ntoa(from.sin_addr), path, status, (int)strlen(body));
            fflush(stdout);
        }
        if (visitor >= 0)
            close(visitor);
    }
}
