// Embeds the files of the folder Files: the C compiler copies bytes that a Swift array literal would
// have to type-check one by one. A test holds the table against the folder. C23 6.10.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cassets.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char charts_js[] = {
#embed "Files/charts.js"
};
static const unsigned char chat_css[] = {
#embed "Files/chat.css"
};
static const unsigned char chat_js[] = {
#embed "Files/chat.js"
};
static const unsigned char chat_svg[] = {
#embed "Files/chat.svg"
};
static const unsigned char desk_js[] = {
#embed "Files/desk.js"
};
static const unsigned char index_html[] = {
#embed "Files/index.html"
};
static const unsigned char more_css[] = {
#embed "Files/more.css"
};
static const unsigned char more_js[] = {
#embed "Files/more.js"
};
static const unsigned char operator_css[] = {
#embed "Files/operator.css"
};
static const unsigned char operator_html[] = {
#embed "Files/operator.html"
};
static const unsigned char operator_js[] = {
#embed "Files/operator.js"
};
static const unsigned char panels_js[] = {
#embed "Files/panels.js"
};
static const unsigned char session_js[] = {
#embed "Files/session.js"
};
static const unsigned char table_css[] = {
#embed "Files/table.css"
};
static const unsigned char table_html[] = {
#embed "Files/table.html"
};
static const unsigned char table_js[] = {
#embed "Files/table.js"
};
static const unsigned char view_js[] = {
#embed "Files/view.js"
};
static const unsigned char wire_js[] = {
#embed "Files/wire.js"
};

static const struct {
    const char *name;
    struct cassets_file file;
} table[] = {
    {"charts.js", {charts_js, sizeof charts_js}},
    {"chat.css", {chat_css, sizeof chat_css}},
    {"chat.js", {chat_js, sizeof chat_js}},
    {"chat.svg", {chat_svg, sizeof chat_svg}},
    {"desk.js", {desk_js, sizeof desk_js}},
    {"index.html", {index_html, sizeof index_html}},
    {"more.css", {more_css, sizeof more_css}},
    {"more.js", {more_js, sizeof more_js}},
    {"operator.css", {operator_css, sizeof operator_css}},
    {"operator.html", {operator_html, sizeof operator_html}},
    {"operator.js", {operator_js, sizeof operator_js}},
    {"panels.js", {panels_js, sizeof panels_js}},
    {"session.js", {session_js, sizeof session_js}},
    {"table.css", {table_css, sizeof table_css}},
    {"table.html", {table_html, sizeof table_html}},
    {"table.js", {table_js, sizeof table_js}},
    {"view.js", {view_js, sizeof view_js}},
    {"wire.js", {wire_js, sizeof wire_js}},
};

struct cassets_file cassets_file(const char *name) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0) return table[i].file;
    return (struct cassets_file){NULL, 0};
}
