// A file system layer for SQLite that fails on demand: for tests alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CFAULTVFS_H
#define CFAULTVFS_H

/// One layer over SQLite's usual one, with its own count of operations. Any thread may use it.
typedef struct fault_vfs fault_vfs;

enum fault_kind {
    /// "disk I/O error"
    FAULT_IO = 1,
    /// "database or disk is full"; only writes fail in this way
    FAULT_FULL = 2,
};

/// Registers a layer under a name that nobody else uses. It stays for the life of the process.
fault_vfs *fault_vfs_register(const char *name);

/// From now on operation number `n` (a write, sync, truncation or growth of the shared index, counted
/// from 1) fails, and with `persists` every one after it.
void fault_vfs_arm(fault_vfs *vfs, enum fault_kind kind, int n, int persists);

/// Nothing fails any more.
void fault_vfs_disarm(fault_vfs *vfs);

/// How many operations have failed since the layer was armed.
int fault_vfs_failures(fault_vfs *vfs);

/// Whether files open for reading only.
void fault_vfs_set_read_only(fault_vfs *vfs, int read_only);

#endif
