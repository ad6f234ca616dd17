// The few system calls that Swift's Glibc module does not show (they need _GNU_SOURCE).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CSYSTEM_H
#define CSYSTEM_H

/// Accepts one connection, non-blocking and closed on exec. -1 with errno when there is none.
int csystem_accept(int listener);

/// Makes two stream sockets that are each other's other end, closed on exec. -1 with errno.
int csystem_socket_pair(int ends[2]);

/// How many processors this process may run on; at least 1.
int csystem_processors(void);

/// Names the calling thread, for debuggers and top(1); at most 15 bytes are kept.
void csystem_name_thread(const char *name);

/// Claims a whole file for the process, beside what flock(2) says of it, so that others can ask.
void csystem_claim(int file);

/// Whether somebody has claimed a file; -1 when that cannot be found out. Takes nothing itself.
int csystem_is_claimed(int file);

#endif
