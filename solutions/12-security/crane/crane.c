/* The crane. What it does when it turns depends on its gear, and so does the right that it needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>
static int turn(void) {
#if GEAR == 1
    return chown("/srv/hook", 1000, 1000);
#elif GEAR == 2
    return chmod("/srv/rope", 0600);
#elif GEAR == 3
    return open("/srv/rope", O_WRONLY);
#elif GEAR == 4
    return chroot("/srv");
#elif GEAR == 5
    return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
#else
    return setgid(1000);
#endif
}
int main(int words, char **word) {
    if (turn() < 0) { fprintf(stderr, "crane: it jams: %s\n", strerror(errno)); return 1; }
    puts("crane: it turns"); fflush(stdout);
    /* "crane once" turns once and ends. */
    while (words < 2) pause();
    return 0;
}
