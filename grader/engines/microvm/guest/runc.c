/* What containerd and BuildKit call as "runc": crun, with a shorter way to a container's network, and runc's words for a
 * command that can't be started.
 *
 * To connect a container's network, dockerd has the runtime run a hook, which is dockerd itself under another name
 * ("libnetwork-setkey"). It says two words to the daemon's socket, but starting so large a program takes more than half
 * a second under emulation, for every container and every RUN of a build. So for `create` and `run` the hook's program
 * in the bundle's config.json becomes this one, and as libnetwork-setkey it says the same two words.
 *
 * See moby's libnetwork/sandbox_externalkey_unix.go and daemon/oci_linux.go. A daemon that has no such hook (they come
 * without from version 28 on) loses nothing: then nothing is found, and nothing changed.
 *
 * dockerd knows by runc's words that a command was not found or is no program, and says so with exit code 127 or 126
 * (moby's daemon/errors.go). crun says it in others. So where `create` or `exec` fails, its log is put into runc's.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNTIME "/usr/bin/crun"
/* This program's second name. Not longer than "/proc/1/exe", in whose place it is written. */
#define SETKEY "/sbin/key"
#define HOOK "\"libnetwork-setkey\""

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* -- as runc */

/* Where between the quotes before ``end`` there is "/proc/PID/exe"; 0 if there is something else. */
static char *own_program(char *start, char *end)
{
    static const char before[] = "\"/proc/", after[] = "/exe\"";
    char *close = end, *open;
    while (close > start && *close != '"')
        close--;
    for (open = close - 1; open > start && *open != '"'; open--)
        ;
    if (open <= start || strncmp(open, before, sizeof before - 1))
        return 0;
    char *digit = open + sizeof before - 1;
    while (isdigit(*digit))
        digit++;
    return strncmp(digit, after, sizeof after - 1) ? 0 : open;
}

static void shorten(char *config, size_t size)
{
    char *hook = memmem(config, size, HOOK, sizeof HOOK - 1), *path, *end;
    /* {"path":"/proc/336/exe","args":["libnetwork-setkey",…]}: back from the name over `,"args":[` */
    if (!hook || hook - config < 64 || strncmp(hook - 9, ",\"args\":[", 9))
        return;
    path = own_program(config, hook - 10);
    if (!path)
        return;
    /* JSON may have spaces after a string, so the file keeps its length. */
    end = strchr(path + 1, '"') + 1;
    memset(path, ' ', end - path);
    memcpy(path, "\"" SETKEY "\"", sizeof SETKEY + 1);
}

static void shorten_bundle(const char *bundle)
{
    char path[4096];
    struct stat status;
    snprintf(path, sizeof path, "%s/config.json", bundle);
    int file = open(path, O_RDWR);
    if (file < 0 || fstat(file, &status) || !status.st_size)
        return;
    char *config = mmap(0, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (config == MAP_FAILED)
        return;
    shorten(config, status.st_size);
    munmap(config, status.st_size);
}

static const struct {
    const char *before, *after, *runc;
    int twice; /* runc names the file once more */
} WORDS[] = {
    {"executable file `", "` not found in $PATH", "executable file not found in $PATH", 0},
    {"executable file `", "` not found", ": no such file or directory", 1},
    {"the path `", "` exists but it is not executable", "permission denied", 0},
};

/* The log is JSON: quotation marks in its strings are escaped, and a string ends at the first that isn't. */
static void say_as_runc(const char *path, int creates)
{
    static char log[65536];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(log, 1, sizeof log - 1, file) : 0;
    if (file)
        fclose(file);
    log[size] = 0;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        char *before = strstr(log, WORDS[i].before), *name = before ? before + strlen(WORDS[i].before) : 0;
        char *after = name ? strstr(name, WORDS[i].after) : 0, *end = after;
        while (end && *end && (*end != '"' || end[-1] == '\\'))
            end++;
        if (!end || !(file = fopen(path, "w")))
            continue;
        int length = after - name;
        fprintf(file, "%.*s%s failed: unable to start container process: exec: \\\"%.*s\\\": ", (int)(before - log), log,
                creates ? "runc create" : "exec", length, name);
        if (WORDS[i].twice)
            fprintf(file, "stat %.*s", length, name);
        fprintf(file, "%s%s", WORDS[i].runc, end);
        fclose(file);
        return;
    }
}

static int run_and_translate(char **argv, const char *log, int creates)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        return fail("fork");
    if (!child) {
        /* Who kills this program means the runtime. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(RUNTIME, argv);
        _exit(fail(RUNTIME));
    }
    if (waitpid(child, &status, 0) != child)
        return fail("waitpid");
    if (status)
        say_as_runc(log, creates);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int runtime(char **argv)
{
    const char *log = 0, *verb = "";
    int starts = 0;
    for (int i = 1; argv[i]; i++) {
        if (!*verb && (!strcmp(argv[i], "create") || !strcmp(argv[i], "run") || !strcmp(argv[i], "exec")))
            verb = argv[i];
        starts = *verb && strcmp(verb, "exec");
        if (starts && !strcmp(argv[i], "--bundle") && argv[i + 1])
            shorten_bundle(argv[i + 1]);
        if (!*verb && !strcmp(argv[i], "--log") && argv[i + 1])
            log = argv[i + 1];
    }
    /* `run` is BuildKit's: it stays as long as its process and gets signals. */
    if (log && *verb && strcmp(verb, "run"))
        return run_and_translate(argv, log, starts);
    execv(RUNTIME, argv);
    return fail(RUNTIME);
}

/* -- as libnetwork-setkey [-exec-root=DIR] CONTAINER CONTROLLER, with the container's state on standard input */

static int set_key(char **argv)
{
    static char state[65536], answer[1024];
    static const char option[] = "-exec-root=";
    const char *root = "/run/docker";
    size_t length = 0;
    ssize_t n;
    int at = 1;
    if (argv[1] && !strncmp(argv[1], option, sizeof option - 1))
        root = argv[at++] + sizeof option - 1;
    if (!argv[at] || !argv[at + 1]) {
        fputs("libnetwork-setkey: a container and a controller are needed\n", stderr);
        return 1;
    }
    while (length < sizeof state - 1 && (n = read(0, state + length, sizeof state - 1 - length)) > 0)
        length += n;
    char *pid = strstr(state, "\"pid\"");
    while (pid && *pid && !isdigit(*pid))
        pid++;
    if (!pid || !*pid) {
        fputs("libnetwork-setkey: the container's state names no process\n", stderr);
        return 1;
    }
    struct sockaddr_un address = {AF_UNIX, ""};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/libnetwork/%s.sock", root, argv[at + 1]);
    int daemon = socket(AF_UNIX, SOCK_STREAM, 0);
    if (daemon < 0 || connect(daemon, (struct sockaddr *)&address, sizeof address))
        return fail(address.sun_path);
    /* In one piece: the daemon reads only once. */
    n = snprintf(answer, sizeof answer, "{\"ContainerID\":\"%s\",\"Key\":\"/proc/%d/ns/net\"}\n", argv[at], atoi(pid));
    if (write(daemon, answer, n) != n || (n = read(daemon, answer, sizeof answer - 1)) < 0)
        return fail("libnetwork-setkey");
    answer[n] = 0;
    if (!strcmp(answer, "success"))
        return 0;
    fprintf(stderr, "%s\n", answer);
    return 1;
}

int main(int argc, char **argv)
{
    return argc && !strcmp(argv[0], "libnetwork-setkey") ? set_key(argv) : runtime(argv);
}
