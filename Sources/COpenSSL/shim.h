// OpenSSL's hashes, and what passwords need. SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
