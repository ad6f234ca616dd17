// OpenSSL's hashes. SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/sha.h>
