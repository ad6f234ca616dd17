// chatkit-floor: the least that a broadcaster can do, as the measure for everything else. What a
// client sends after its first chunk (its nick, answered with "ok") goes to everybody: all bytes
// read in one turn leave with one send() per client from one shared buffer. No framing, no rooms,
// no limits. A client that does not read holds up all others, so it is for measuring only.
// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { max_descriptors = 1 << 20, read_bytes = 1 << 16, batch_bytes = 1 << 20, max_events = 1024 };

static int members[max_descriptors];  // descriptors, densely
static int place[max_descriptors];    // descriptor → index in members
static char greeted[max_descriptors]; // descriptor → whether its nick has come
static int member_count;
static char batch[batch_bytes];
static size_t batched;
static int epoll;

static void add(int fd) {
    if (fd >= max_descriptors) {
        close(fd);
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    greeted[fd] = 0;
    place[fd] = member_count;
    members[member_count++] = fd;
}

static void drop(int fd) {
    int last = members[--member_count];
    members[place[fd]] = last;
    place[last] = place[fd];
    close(fd);
}

static void broadcast(void) {
    for (int i = 0; i < member_count; i++) {
        size_t sent = 0;
        while (sent < batched) {
            ssize_t n = send(members[i], batch + sent, batched - sent, MSG_NOSIGNAL);
            if (n >= 0) {
                sent += (size_t)n;
            } else if (errno == EAGAIN) {
                struct pollfd full = {.fd = members[i], .events = POLLOUT};
                poll(&full, 1, -1);
            } else if (errno != EINTR) {
                break; // gone; its next read says so
            }
        }
    }
    batched = 0;
}

static void receive(int fd) {
    if (batched + read_bytes > batch_bytes) broadcast();
    ssize_t n = recv(fd, batch + batched, read_bytes, 0);
    if (n > 0 && greeted[fd]) {
        batched += (size_t)n;
    } else if (n > 0) {
        greeted[fd] = 1;
        if (send(fd, "ok\n", 3, MSG_NOSIGNAL) < 0) return;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop(fd);
    }
}

int main(int argc, char **argv) {
    char *rest = NULL;
    long port = argc == 2 ? strtol(argv[1], &rest, 10) : 0;
    if (port < 1 || port > 65535 || *rest) {
        fprintf(stderr, "usage: chatkit-floor PORT\n");
        return 64;
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (void *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("chatkit-floor: cannot listen");
        return 69;
    }
    epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        static struct epoll_event events[max_events];
        int ready = epoll_wait(epoll, events, max_events, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd != listener) {
                receive(events[i].data.fd);
                continue;
            }
            int fd;
            while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) add(fd);
        }
        if (batched) broadcast();
    }
}
