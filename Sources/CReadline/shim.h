// GNU readline and its history. SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>
