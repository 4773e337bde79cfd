/* The guest agent: process 1 once the guest is up, and the only way in: everything the host does inside goes through it.
 *
 * It listens on one TCP port, which QEMU forwards from this machine's loopback address. Anybody on this machine can
 * connect there, so a connection first shows the key that only the engine's owner knows, and says what it wants:
 *
 *   KEY docker                     the daemon's socket
 *   KEY tcp PORT                   a port on the guest's localhost (what containers publish)
 *   KEY shell                      a shell; for building the template and for shutting down
 *   KEY load PATH                  give the daemon an archive of images that lies in a shared folder: for the template
 *   KEY remember TEXT              note where the daemon's memory holds TEXT (its ID)
 *   KEY fresh NEWKEY SECONDS NANOSECONDS HOSTNAME SEED NEWTEXT [TAG=PATH...]
 *                                  make a restored guest one of its own: key, clock, name, random pool, daemon ID,
 *                                  shared folders. SEED and each PATH are in hexadecimal.
 *
 * One small process for each connection keeps the code simple and the host's traffic apart.
 * Built with tcc and musl (grader/engines/microvm/guest.py); uses nothing but POSIX and Linux.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT 4242
#define KEY_SIZE 64
#define LINE_SIZE 32768
#define CHUNK 65536
#define PLACES 64
#define DAEMON_SOCKET "/run/docker.sock"
#define DAEMON_PID "/run/docker.pid"
#define DAEMON_ID_FILE "/var/lib/docker/engine-id"
/* linux/random.h, which musl does not bring along */
#define RNDADDENTROPY 0x40085203
#define RNDRESEEDCRNG 0x5207

/* Seen by every connection's process. */
static struct shared {
    char key[KEY_SIZE + 1];
    char text[64];
    int places;
    unsigned long long place[PLACES];
} *shared;

static void say(int to, const char *what, const char *detail)
{
    char line[300];
    int n = snprintf(line, sizeof line, "%s%s%s\n", what, *detail ? ": " : "", detail);
    if (write(to, line, n) < 0)
        return;
}

/* -- passing bytes on, in both directions, until both ends are closed */

struct way {
    int from, to;
    size_t start, end;
    int done;
    char bytes[CHUNK];
};

static void move(struct way *way, int readable, int writable)
{
    if (readable && way->start == way->end) {
        ssize_t n = read(way->from, way->bytes, CHUNK);
        way->start = 0;
        way->end = n > 0 ? n : 0;
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            way->done = 1;
            shutdown(way->to, SHUT_WR);
            return;
        }
        writable = 1;
    }
    if (writable && way->start < way->end) {
        ssize_t n = write(way->to, way->bytes + way->start, way->end - way->start);
        if (n > 0)
            way->start += n;
        else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            way->done = 1;
            way->start = way->end = 0;
            /* Nobody takes it any more: who sends it must not wait for ever. */
            shutdown(way->from, SHUT_RD);
        }
    }
}

static short wish(const struct way *out, const struct way *in)
{
    short events = 0;
    if (!out->done && out->start == out->end)
        events |= POLLIN;
    if (!in->done && in->start < in->end)
        events |= POLLOUT;
    return events;
}

static void relay(int a, int b)
{
    static struct way there, back;
    there.from = back.to = a;
    there.to = back.from = b;
    fcntl(a, F_SETFL, O_NONBLOCK);
    fcntl(b, F_SETFL, O_NONBLOCK);
    while (!there.done || !back.done) {
        struct pollfd ends[2] = {{a, wish(&there, &back), 0}, {b, wish(&back, &there), 0}};
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            return;
        int failed_a = ends[0].revents & (POLLERR | POLLHUP), failed_b = ends[1].revents & (POLLERR | POLLHUP);
        move(&there, !there.done && (ends[0].revents & POLLIN || failed_a), ends[1].revents & POLLOUT || failed_b);
        move(&back, !back.done && (ends[1].revents & POLLIN || failed_b), ends[0].revents & POLLOUT || failed_a);
        if ((failed_a && there.done) || (failed_b && back.done))
            /* Gone in both directions: what is still to be sent there has no reader. */
            if ((failed_a && back.start == back.end) || (failed_b && there.start == there.end))
                return;
    }
}

/* -- the places a connection can ask for */

/* Handles on the daemon's socket itself and on /proc as they were when the guest came up: a privileged container, which
 * is root here, may put another socket in the daemon's place, with a daemon of its own behind it. */
static int daemon_socket = -1, processes = -1;

static void pin_daemon(void)
{
    if (processes < 0)
        processes = open("/proc", O_PATH | O_DIRECTORY);
    if (daemon_socket < 0)
        daemon_socket = open(DAEMON_SOCKET, O_PATH | O_NOFOLLOW);
}

static int to_daemon(void)
{
    struct sockaddr_un address = {AF_UNIX, ""};
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    /* Connecting to such a path reaches the very socket the handle was opened on: proc_pid_fd(5). */
    snprintf(address.sun_path, sizeof address.sun_path, "self/fd/%d", daemon_socket);
    if (made >= 0 && fchdir(processes) == 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0)
        return made;
    return -1;
}

static int to_port(int port)
{
    struct sockaddr_in address = {AF_INET, htons(port)};
    int made = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0) {
        setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return made;
    }
    return -1;
}

static void shell(int client)
{
    dup2(client, 0);
    dup2(client, 1);
    dup2(client, 2);
    if (client > 2)
        close(client);
    execl("/bin/sh", "sh", (char *)0);
    _exit(127);
}

/* -- making a restored guest one of its own */

static int daemon_memory(int flags)
{
    char text[32] = "", path[64];
    int file = open(DAEMON_PID, O_RDONLY), memory;
    if (file < 0)
        return -1;
    if (read(file, text, sizeof text - 1) < 0)
        text[0] = 0;
    close(file);
    snprintf(path, sizeof path, "/proc/%d/mem", atoi(text));
    memory = open(path, flags);
    return memory;
}

/* Go never moves what it has allocated, so an address found once stays right for as long as the daemon lives. */
static void remember(int client, const char *text)
{
    char line[512], path[64], pid[32] = "";
    static char bytes[1 << 20];
    size_t length = strlen(text);
    int memory = daemon_memory(O_RDONLY), file = open(DAEMON_PID, O_RDONLY);
    if (memory < 0 || file < 0 || length < 8 || length >= sizeof shared->text) {
        say(client, "error", "no daemon, or no text");
        return;
    }
    if (read(file, pid, sizeof pid - 1) < 0)
        return;
    snprintf(path, sizeof path, "/proc/%d/maps", atoi(pid));
    FILE *maps = fopen(path, "r");
    shared->places = 0;
    strcpy(shared->text, text);
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long long from, to, at;
        char rights[8];
        if (sscanf(line, "%llx-%llx %7s", &from, &to, rights) != 3 || rights[0] != 'r' || rights[1] != 'w')
            continue;
        for (at = from; at < to;) {
            ssize_t n = pread(memory, bytes, to - at < sizeof bytes ? to - at : sizeof bytes, at);
            if (n <= (ssize_t)length)
                break;
            for (char *hit = bytes; (hit = memmem(hit, bytes + n - hit, text, length)); hit += length)
                if (shared->places < PLACES)
                    shared->place[shared->places++] = at + (hit - bytes);
            if (at + n >= to)
                break;
            at += n - length + 1;
        }
    }
    snprintf(line, sizeof line, "%d", shared->places);
    say(client, shared->places ? "ok" : "error", line);
}

static const char *rename_daemon(const char *text)
{
    char now[64];
    size_t length = strlen(shared->text);
    if (!length)
        return 0;
    if (strlen(text) != length)
        return "the new ID has another length";
    int memory = daemon_memory(O_RDWR), changed = 0;
    if (memory < 0)
        return "the daemon does not run";
    for (int i = 0; i < shared->places; i++)
        if (pread(memory, now, length, shared->place[i]) == (ssize_t)length && !memcmp(now, shared->text, length))
            changed += pwrite(memory, text, length, shared->place[i]) == (ssize_t)length;
    close(memory);
    int file = open(DAEMON_ID_FILE, O_WRONLY | O_TRUNC);
    if (file >= 0) {
        if (write(file, text, length) < 0)
            changed = 0;
        close(file);
    }
    strcpy(shared->text, text);
    return changed ? 0 : "the daemon's ID was not found";
}

static int unhex(const char *text, char *out, int size)
{
    int n = 0;
    unsigned value;
    for (; n < size - 1 && sscanf(text + 2 * n, "%2x", &value) == 1; n++)
        out[n] = value;
    out[n] = 0;
    return n;
}

static void mix_in(const char *seed)
{
    struct {
        int bits, size;
        char bytes[64];
    } pool;
    int device = open("/dev/urandom", O_WRONLY);
    pool.size = unhex(seed, pool.bytes, sizeof pool.bytes);
    pool.bits = 8 * pool.size;
    ioctl(device, RNDADDENTROPY, &pool);
    ioctl(device, RNDRESEEDCRNG);
    close(device);
}

static const char *share(char *wanted)
{
    static char path[4096];
    char *hex = strchr(wanted, '=');
    if (!hex)
        return "a share without a path";
    *hex++ = 0;
    unhex(hex, path, sizeof path);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
    mkdir(path, 0755);
    if (mount(wanted, path, "9p", MS_NOATIME, "trans=virtio,version=9p2000.L,msize=131072,cache=none,access=client"))
        return strerror(errno);
    return 0;
}

/* The archive never goes through the network card: emulated, that would cost more than all else. */
static void load(int client, const char *hex)
{
    static char text[65536];
    struct stat file_status;
    size_t length = 0;
    unhex(hex, text, 4096);
    int file = open(text, O_RDONLY), daemon = to_daemon();
    if (file < 0 || daemon < 0 || fstat(file, &file_status)) {
        say(client, "error", file < 0 ? "no such archive" : "the daemon does not answer");
        return;
    }
    int n = snprintf(text, sizeof text,
                     "POST /images/load?quiet=1 HTTP/1.0\r\nHost: docker\r\nContent-Type: application/x-tar\r\n"
                     "Content-Length: %lld\r\n\r\n", (long long)file_status.st_size);
    off_t at = 0;
    if (write(daemon, text, n) == n)
        while (at < file_status.st_size && sendfile(daemon, file, &at, 1 << 20) > 0)
            ;
    while (length < sizeof text - 1 && (n = read(daemon, text + length, sizeof text - 1 - length)) > 0)
        length += n;
    text[length] = 0;
    int good = strstr(text, " 200 ") && !strstr(text, "errorDetail");
    for (char *c = text; *c; c++)
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    say(client, good ? "ok" : "error", text);
}

static void fresh(int client, char *rest)
{
    char *word[6];
    const char *trouble = 0;
    for (int i = 0; i < 6; i++)
        if (!(word[i] = strtok(i ? 0 : rest, " "))) {
            say(client, "error", "too few words");
            return;
        }
    struct timespec now = {atoll(word[1]), atol(word[2])};
    if (strlen(word[0]) != KEY_SIZE)
        trouble = "the key has the wrong length";
    else
        strcpy(shared->key, word[0]);
    if (clock_settime(CLOCK_REALTIME, &now))
        trouble = "the clock can't be set";
    if (sethostname(word[3], strlen(word[3])))
        trouble = "the name can't be set";
    mix_in(word[4]);
    if (!trouble && strcmp(word[5], "-"))
        trouble = rename_daemon(word[5]);
    for (char *wanted; !trouble && (wanted = strtok(0, " "));)
        trouble = share(wanted);
    say(client, trouble ? "error" : "ok", trouble ? trouble : "");
}

/* -- connections */

static int read_line(int client, char *line)
{
    /* Look, then take as far as the line goes: what follows it belongs to somebody else. */
    for (int n = 0; n < LINE_SIZE - 1;) {
        ssize_t seen = recv(client, line + n, LINE_SIZE - 1 - n, MSG_PEEK);
        char *end = seen > 0 ? memchr(line + n, '\n', seen) : 0;
        ssize_t part = end ? end + 1 - (line + n) : seen;
        if (seen <= 0 || recv(client, line + n, part, 0) != part)
            return -1;
        n += part;
        if (end) {
            *end = 0;
            return n - 1;
        }
    }
    return -1;
}

static int is_key(const char *shown)
{
    int differs = 0;
    for (int i = 0; i < KEY_SIZE; i++)
        differs |= shown[i] ^ shared->key[i];
    return !differs;
}

static void serve(int client)
{
    static char line[LINE_SIZE];
    int inner = -1, on = 1, n;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    alarm(10);
    n = read_line(client, line);
    if (n <= KEY_SIZE || !is_key(line) || line[KEY_SIZE] != ' ')
        return;
    alarm(0);
    char *wish = line + KEY_SIZE + 1;
    if (!strcmp(wish, "docker"))
        inner = to_daemon();
    else if (!strncmp(wish, "tcp ", 4))
        inner = to_port(atoi(wish + 4));
    else if (!strcmp(wish, "shell"))
        shell(client);
    else if (!strncmp(wish, "load ", 5))
        load(client, wish + 5);
    else if (!strncmp(wish, "remember ", 9))
        remember(client, wish + 9);
    else if (!strncmp(wish, "fresh ", 6))
        fresh(client, wish + 6);
    if (inner >= 0)
        relay(client, inner);
}

static void reap(int number)
{
    int saved = errno;
    while (waitpid(-1, 0, WNOHANG) > 0)
        ;
    errno = saved;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {AF_INET, htons(PORT)};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    shared = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (file < 0 || read(file, shared->key, KEY_SIZE) != KEY_SIZE)
        return 1;
    close(file);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, reap);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128))
        return 1;
    for (;;) {
        int client = accept(listener, 0, 0);
        if (client < 0)
            continue;
        pin_daemon();
        if (fork() == 0) {
            signal(SIGCHLD, SIG_DFL);
            signal(SIGPIPE, SIG_IGN);
            close(listener);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
