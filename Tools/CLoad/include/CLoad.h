// What chatkit-bench needs from Linux and Swift's Glibc module does not show: epoll, processor
// affinity, and starting a server so that it can never outlive the benchmark.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <sys/epoll.h>
#include <sys/types.h>

/// Starts argv[0] with standard input from /dev/null and both outputs into the descriptor `log`,
/// on processor `cpu` only (any when negative). It is killed when the calling thread ends.
/// Returns its process id, or -1 with errno set. An exec that fails ends the child with 127.
pid_t cload_spawn(char *const argv[], int log, int cpu);

/// Confines the calling thread, and what it starts, to one processor. 0, or -1 with errno set.
int cload_pin(int cpu);

/// Writes the processors the calling thread may run on into `cpus`, ascending; returns how many
/// were written, at most `room`.
int cload_allowed(int *cpus, int room);
