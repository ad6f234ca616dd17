// SQLite, as the system has it, and what its header says in macros or with variable arguments.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

/// Binds text that SQLite copies; `length` is in bytes, so that NUL is a character like any other.
/// No address is empty text, not SQL's NULL.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text ? text : "", length, SQLITE_TRANSIENT);
}

/// Returns text that SQLite copies from a function.
static inline void csqlite_result_text(sqlite3_context *context, const char *text, int length) {
    sqlite3_result_text(context, text ? text : "", length, SQLITE_TRANSIENT);
}

/// Binds bytes that SQLite copies.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

/// Asks SQLite not to count its memory: the count costs a lock for every allocation. Has an effect
/// only before the first connection.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Leaves the log beside the database when the last connection closes.
static inline void csqlite_keep_log(sqlite3 *database) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

/// Refuses what no schema of ours needs and a tampered one could abuse.
static inline void csqlite_defend(sqlite3 *database) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

/// The interface for FTS5's own functions and tokenizers; NULL where there is no FTS5.
static inline fts5_api *csqlite_fts5(sqlite3 *database) {
    fts5_api *api = 0;
    sqlite3_stmt *statement = 0;
    if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, 0) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", 0);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}
