// The files of the web pages, which are in the program itself.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CASSETS_H
#define CASSETS_H

#include <stddef.h>

/// One file. It lives as long as the program.
struct cassets_file {
    const unsigned char *bytes;
    size_t size;
};

/// The file of that name in Files; its bytes are NULL when there is none.
struct cassets_file cassets_file(const char *name);

#endif
