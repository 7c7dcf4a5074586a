/* A bare SMTP line server, the yardstick: one connection at a time, fixed replies, no checks. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[1 << 16];

static void say(int connection, const char *reply) {
    if (write(connection, reply, strlen(reply)) < 0) _exit(1);
}

static void serve(int connection) {
    size_t have = 0;
    int in_data = 0, one = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    say(connection, "220 c.example ready\r\n");
    for (;;) {
        ssize_t got = read(connection, buffer + have, sizeof buffer - have);
        if (got <= 0) break;
        have += (size_t)got;
        for (;;) {
            const char *end = memmem(buffer, have, in_data ? "\r\n.\r\n" : "\r\n", in_data ? 5 : 2);
            if (!end) break;
            size_t used = (size_t)(end - buffer) + (in_data ? 5 : 2);
            if (in_data) { in_data = 0; say(connection, "250 accepted\r\n"); }
            else if (!memcmp(buffer, "DATA", 4)) { in_data = 1; say(connection, "354 go ahead\r\n"); }
            else if (!memcmp(buffer, "QUIT", 4)) { say(connection, "221 bye\r\n"); close(connection); return; }
            else say(connection, "250 OK, nothing done\r\n");
            memmove(buffer, buffer + used, have - used);
            have -= used;
        }
    }
    close(connection);
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 128)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int connection = accept(listener, 0, 0);
        if (connection >= 0) serve(connection);
    }
}
