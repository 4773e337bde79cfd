/* What containerd calls as "containerd-shim-runc-v2": one shim for all containers instead of one for each.
 *
 * For each container containerd starts the shim's program three times: `start`, which starts the shim itself, and
 * `delete` when all is over. It is a Go program of 12 MB, and under emulation the three starts take a second. But one
 * shim can serve many containers: it is how Kubernetes runs a pod. `start` then has only to name the socket of the shim
 * that is there, and `delete` has usually nothing left to delete. So this program does these two, and gives everything
 * unusual to the real one (SHIM), with all its words:
 *
 *   start, delete      as containerd calls it
 *   share              (init.sh) start the shared shim, when the daemon answers: until then it needs the processor
 *   create             the shared shim calls it as a container's runtime: for the container that keeps it, see below
 *
 * A shim ends when it is told to and has no container. So the first thing the shared one gets is a container that never
 * ends: it has no process, and only the shim knows of it. (The daemon hears of it, too, and notes in its log that it
 * doesn't.)
 *
 * See containerd 1.7.24: runtime/v2/runc/manager/manager_linux.go (Start, Stop), runtime/v2/shim/shim.go and util.go,
 * runtime/v2/runc/task/service.go (Create, Shutdown), api/runtime/task/v2/shim.proto; ttrpc's PROTOCOL.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SHIM "/usr/lib/containerd/containerd-shim-runc-v2"
#define THIS "/usr/bin/containerd-shim-runc-v2"
#define CONTAINERD "/run/containerd/containerd.sock"
#define DAEMON "/run/docker.sock"
#define SOCKETS "/run/containerd/s"
#define SOCKET SOCKETS "/shared"
/* The shared shim's own folder, and its log. */
#define FOLDER "/run/containerd/shared"
#define LOG "/var/log/containerd-shim"
/* The daemon's containers. Other namespaces (its plugins) get shims of their own. */
#define NAMESPACE "moby"
#define KILLED 137

static char *value_of(char **argv, const char *name)
{
    for (int i = 1; argv[i] && argv[i + 1]; i++)
        if (!strcmp(argv[i], name))
            return argv[i + 1];
    return "";
}

static int is_env(const char *name, const char *value)
{
    const char *found = getenv(name);
    return found && !strcmp(found, value);
}

/* Whether the file now holds the text. */
static int write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), length = strlen(text);
    return file >= 0 && write(file, text, length) == length && !close(file);
}

static int real_one(char **argv)
{
    execv(SHIM, argv);
    perror(SHIM);
    return 1;
}

static int connected(const char *path)
{
    struct sockaddr_un address = {AF_UNIX, ""};
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, path);
    if (made >= 0 && !connect(made, (struct sockaddr *)&address, sizeof address))
        return made;
    close(made);
    return -1;
}

/* -- as containerd's shim, in the container's bundle */

static int start(void)
{
    static const char address[] = "unix://" SOCKET;
    /* Version 2 of the protocol: the answer is the address alone. */
    if (!is_env("MAX_SHIM_VERSION", "2") || getenv("SCHED_CORE") || connected(SOCKET) < 0 || !write_file("address", address))
        return 0;
    return write(1, address, sizeof address - 1) == sizeof address - 1;
}

/* Where the runtime keeps the container's state: {…"root":"/var/run/docker/runtime-runc"…} and what belongs below. */
static int has_state(const char *id)
{
    static const char name[] = "\"root\":\"";
    char options[4096], path[4096];
    int file = open("options.json", O_RDONLY | O_CLOEXEC), n;
    if (file < 0 || (n = read(file, options, sizeof options - 1)) < 0)
        return 1;
    options[n] = 0;
    char *root = strstr(options, name), *end = root ? strchr(root += sizeof name - 1, '"') : 0;
    if (!end || memchr(root, '\\', end - root))
        return 1;
    snprintf(path, sizeof path, "%.*s/" NAMESPACE "/%s", (int)(end - root), root, id);
    return !access(path, F_OK) || errno != ENOENT;
}

static int is_mounted(const char *folder)
{
    struct stat here, there;
    if (stat(folder, &there))
        return errno != ENOENT;
    return stat(".", &here) || here.st_dev != there.st_dev;
}

static char *number(char *out, unsigned long long value)
{
    for (; value > 127; value >>= 7)
        *out++ = value | 128;
    *out++ = value;
    return out;
}

/* The container was deleted in its shim before: what the real program would find is nothing. */
static int delete(const char *bundle, const char *id)
{
    char when[32], answer[64], *end = when, *at = answer;
    struct timespec now;
    if (chdir(bundle) || !*id || has_state(id) || is_mounted("rootfs"))
        return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    *end++ = 1 << 3;
    end = number(end, now.tv_sec);
    *end++ = 2 << 3;
    end = number(end, now.tv_nsec);
    /* DeleteResponse: exit_status = 2, exited_at = 3 */
    *at++ = 2 << 3;
    at = number(at, KILLED);
    *at++ = 3 << 3 | 2;
    at = number(at, end - when);
    memcpy(at, when, end - when);
    at += end - when;
    return write(1, answer, at - answer) == at - answer;
}

/* -- the shared shim */

static int listening(void)
{
    struct sockaddr_un address = {AF_UNIX, SOCKET};
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    mkdir(SOCKETS, 0700);
    unlink(SOCKET);
    if (made < 0 || bind(made, (struct sockaddr *)&address, sizeof address) || chmod(SOCKET, 0600) || listen(made, 128))
        return -1;
    return made;
}

static pid_t run_shim(int listener)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t shim = fork();
    if (shim)
        return shim;
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(nothing, i);
    /* As containerd and the shim's `start` would set them; the socket is descriptor 3. */
    setenv("TTRPC_ADDRESS", CONTAINERD ".ttrpc", 1);
    setenv("GRPC_ADDRESS", CONTAINERD, 1);
    setenv("NAMESPACE", NAMESPACE, 1);
    setenv("MAX_SHIM_VERSION", "2", 1);
    setenv("GOMAXPROCS", "2", 0);
    if (listener != 3 && (dup2(listener, 3) < 0 || close(listener)))
        _exit(1);
    execl(SHIM, THIS, "-namespace", NAMESPACE, "-id", "shared", "-address", CONTAINERD, (char *)0);
    _exit(1);
    return -1;
}

static char *text(char *out, int field, const char *value, size_t length)
{
    *out++ = field << 3 | 2;
    out = number(out, length);
    memcpy(out, value, length);
    return out + length;
}

#define TEXT(out, field, value) text(out, field, value, strlen(value))

/* Ask the shim to create the container that keeps it. A frame of ttrpc: length, stream, type, flags; then the data. */
static int keep(int shim)
{
    static const struct timeval patience = {300};
    char options[128], any[256], create[512], frame[1024], head[10], *end, *data = frame + 10;
    end = TEXT(options, 6, THIS); /* containerd.runc.v1.Options: binary_name */
    char *any_end = TEXT(any, 1, "containerd.runc.v1.Options");
    any_end = text(any_end, 2, options, end - options);
    end = TEXT(create, 1, "shared"); /* CreateTaskRequest: id, bundle, options */
    end = TEXT(end, 2, FOLDER);
    end = text(end, 10, any, any_end - any);
    char *data_end = TEXT(data, 1, "containerd.task.v2.Task"); /* Request: service, method, payload */
    data_end = TEXT(data_end, 2, "Create");
    data_end = text(data_end, 3, create, end - create);
    memcpy(frame, "\0\0\0\0\0\0\0\1\1\0", 10);
    frame[2] = (data_end - data) >> 8;
    frame[3] = data_end - data;
    /* In emulation on a busy machine a second may be a minute. */
    setsockopt(shim, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (write(shim, frame, data_end - frame) != data_end - frame)
        return 0;
    if (recv(shim, head, sizeof head, MSG_WAITALL) != sizeof head || head[8] != 2)
        return 0;
    /* Response: status = 1 is only there if something failed. All else is nothing, as is a process of number 0. */
    return !head[0] && !head[1] && !head[2] && !head[3];
}

/* The daemon listens long before it answers. */
static void await_daemon(void)
{
    static const char ping[] = "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n";
    char answer[512];
    int daemon;
    while ((daemon = connected(DAEMON)) < 0)
        usleep(100000);
    if (write(daemon, ping, sizeof ping - 1) == sizeof ping - 1)
        while (read(daemon, answer, sizeof answer) > 0)
            ;
    close(daemon);
}

static int share(void)
{
    int listener, shim;
    pid_t pid;
    await_daemon();
    mkdir(FOLDER, 0700);
    /* Where a container's shim has a pipe to containerd. */
    if (chdir(FOLDER) || !write_file(LOG, "") || (symlink(LOG, "log") && errno != EEXIST) ||
        !write_file("address", "unix://" SOCKET) || (listener = listening()) < 0 || (pid = run_shim(listener)) < 0) {
        perror("the shared shim");
        return 1;
    }
    close(listener);
    shim = connected(SOCKET);
    if (shim >= 0 && keep(shim))
        return 0;
    fputs("the shared shim does not answer\n", stderr);
    kill(pid, SIGKILL);
    unlink(SOCKET);
    return 1;
}

int main(int argc, char **argv)
{
    const char *action = argc > 1 ? argv[argc - 1] : "";
    char *pid_file = value_of(argv, "--pid-file");
    if (!strcmp(action, "share"))
        return share();
    if (*pid_file)
        /* As the runtime: a container without a process. */
        return !write_file(pid_file, "0");
    if (!strcmp(value_of(argv, "-namespace"), NAMESPACE)) {
        if (!strcmp(action, "start") && start())
            return 0;
        if (!strcmp(action, "delete") && delete(value_of(argv, "-bundle"), value_of(argv, "-id")))
            return 0;
    }
    return real_one(argv);
}
