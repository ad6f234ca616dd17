// libuv, as the system has it. SPDX-License-Identifier: GPL-3.0-or-later
#include <uv.h>
