// Every call goes to the default layer; those that change a file are counted and may fail first.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "CFaultVFS.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct fault_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    atomic_int kind;
    atomic_int countdown;
    atomic_int persists;
    atomic_int failures;
    atomic_int read_only;
};

typedef struct {
    sqlite3_file file;
    fault_vfs *vfs;
    sqlite3_file *real;
} fault_file;

static sqlite3_file *real_of(sqlite3_file *file) { return ((fault_file *)file)->real; }

// The result of a fault, or SQLITE_OK.
static int fault(sqlite3_file *file, int io_code, int is_write) {
    fault_vfs *vfs = ((fault_file *)file)->vfs;
    int kind = atomic_load(&vfs->kind);
    if (kind == 0 || (kind == FAULT_FULL && !is_write)) return SQLITE_OK;
    int left = atomic_fetch_sub(&vfs->countdown, 1);
    if (left > 1 || (left < 1 && !atomic_load(&vfs->persists))) return SQLITE_OK;
    atomic_fetch_add(&vfs->failures, 1);
    return kind == FAULT_FULL ? SQLITE_FULL : io_code;
}

static int fault_close(sqlite3_file *file) {
    sqlite3_file *real = real_of(file);
    int status = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
    free(real);
    return status;
}
static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}
static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    int status = fault(file, SQLITE_IOERR_WRITE, 1);
    if (status != SQLITE_OK) {
        // Half of it got there: what a full disk or a pulled plug leaves behind.
        if (count > 1) real_of(file)->pMethods->xWrite(real_of(file), bytes, count / 2, offset);
        return status;
    }
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, offset);
}
static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int status = fault(file, SQLITE_IOERR_TRUNCATE, 0);
    return status != SQLITE_OK ? status
                               : real_of(file)->pMethods->xTruncate(real_of(file), size);
}
static int fault_sync(sqlite3_file *file, int flags) {
    int status = fault(file, SQLITE_IOERR_FSYNC, 0);
    return status != SQLITE_OK ? status : real_of(file)->pMethods->xSync(real_of(file), flags);
}
static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int fault_lock(sqlite3_file *file, int lock) {
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}
static int fault_unlock(sqlite3_file *file, int lock) {
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}
static int fault_reserved(sqlite3_file *file, int *result) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}
static int fault_control(sqlite3_file *file, int operation, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
static int fault_sector(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int fault_device(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    int status = extend ? fault(file, SQLITE_IOERR_SHMSIZE, 1) : SQLITE_OK;
    return status != SQLITE_OK
               ? status
               : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, at);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
static void fault_shm_barrier(sqlite3_file *file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}
static int fault_shm_unmap(sqlite3_file *file, int remove) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_device,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(
    sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags) {
    fault_vfs *self = (fault_vfs *)vfs;
    fault_file *opened = (fault_file *)file;
    memset(opened, 0, sizeof *opened);
    opened->vfs = self;
    opened->real = calloc(1, (size_t)self->real->szOsFile);
    if (!opened->real) return SQLITE_NOMEM;
    if (atomic_load(&self->read_only) && flags & SQLITE_OPEN_MAIN_DB) {
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    int status = self->real->xOpen(self->real, name, opened->real, flags, out_flags);
    if (status != SQLITE_OK) {
        free(opened->real);
        return status;
    }
    opened->file.pMethods = &methods;
    return SQLITE_OK;
}
static int fault_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xDelete(real, name, sync);
}
static int fault_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xAccess(real, name, flags, result);
}
static int fault_path(sqlite3_vfs *vfs, const char *name, int count, char *out) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xFullPathname(real, name, count, out);
}
static int fault_random(sqlite3_vfs *vfs, int count, char *out) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xRandomness(real, count, out);
}
static int fault_sleep(sqlite3_vfs *vfs, int microseconds) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xSleep(real, microseconds);
}
static int fault_time(sqlite3_vfs *vfs, double *time) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xCurrentTime(real, time);
}
static int fault_error(sqlite3_vfs *vfs, int count, char *out) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xGetLastError(real, count, out);
}
static int fault_time64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
    sqlite3_vfs *real = ((fault_vfs *)vfs)->real;
    return real->xCurrentTimeInt64(real, time);
}

fault_vfs *fault_vfs_register(const char *name) {
    fault_vfs *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->real = sqlite3_vfs_find(NULL);
    self->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(fault_file),
        .mxPathname = self->real->mxPathname,
        .zName = strdup(name),
        .xOpen = fault_open,
        .xDelete = fault_delete,
        .xAccess = fault_access,
        .xFullPathname = fault_path,
        .xRandomness = fault_random,
        .xSleep = fault_sleep,
        .xCurrentTime = fault_time,
        .xGetLastError = fault_error,
        .xCurrentTimeInt64 = fault_time64,
    };
    if (sqlite3_vfs_register(&self->vfs, 0) != SQLITE_OK) return NULL;
    return self;
}

void fault_vfs_arm(fault_vfs *vfs, enum fault_kind kind, int n, int persists) {
    atomic_store(&vfs->kind, 0);
    atomic_store(&vfs->countdown, n);
    atomic_store(&vfs->persists, persists);
    atomic_store(&vfs->failures, 0);
    atomic_store(&vfs->kind, kind);
}

void fault_vfs_disarm(fault_vfs *vfs) { atomic_store(&vfs->kind, 0); }

int fault_vfs_failures(fault_vfs *vfs) { return atomic_load(&vfs->failures); }

void fault_vfs_set_read_only(fault_vfs *vfs, int read_only) {
    atomic_store(&vfs->read_only, read_only);
}
