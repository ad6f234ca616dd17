// GNU readline and its history, with functions in place of the variables that Swift's concurrency
// checks would refuse. Whoever calls any of these holds the terminal lock (see LineEditor.swift).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <readline/readline.h>
#include <readline/history.h>

// What must be set before readline looks at the terminal: its name in inputrc, no signal handlers
// of its own (ours write to a pipe), and words that end at blanks only, so that nicks and rooms of
// any characters complete.
static inline void chatkit_rl_configure(rl_completion_func_t *complete) {
    rl_readline_name = "chatkit";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_erase_empty_line = 1;
    rl_completer_word_break_characters = " \t\n";
    rl_attempted_completion_function = complete;
    rl_outstream = stdout;
    rl_instream = stdin;
}

// From here on readline leaves the terminal's modes alone: they are set once, not per line, so
// that what is typed ahead between two lines is not echoed by the terminal.
static inline void chatkit_rl_keep_modes(void) {
    rl_prep_term_function = NULL;
    rl_deprep_term_function = NULL;
}

// Only our own words complete, never file names.
static inline void chatkit_rl_no_file_names(void) { rl_attempted_completion_over = 1; }

static inline void chatkit_rl_append_to_completion(int character) {
    rl_completion_append_character = character;
}

// Makes Return and Enter call `accept` in every keymap.
static inline void chatkit_rl_bind_accept(rl_command_func_t *accept) {
    Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
    for (int i = 0; i < 3; i++) {
        rl_bind_key_in_map('\r', accept, maps[i]);
        rl_bind_key_in_map('\n', accept, maps[i]);
    }
}

// Makes Ctrl+L and its stronger sister call `clear` instead of erasing the whole screen.
static inline void chatkit_rl_bind_clear(rl_command_func_t *clear) {
    Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
    for (int i = 0; i < 3; i++) rl_bind_key_in_map('\f', clear, maps[i]);
    rl_bind_key_in_map('\f', clear, emacs_meta_keymap);
}

// Whether another prompt than ours is shown: in a search, or while a numeric argument is typed.
static inline int chatkit_rl_is_searching(void) {
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG) ? 1 : 0;
}

static inline const char *chatkit_rl_line(void) { return rl_line_buffer ? rl_line_buffer : ""; }
static inline int chatkit_rl_length(void) { return rl_end; }
static inline int chatkit_rl_point(void) { return rl_point; }
static inline void chatkit_rl_move_to(int point) { rl_point = point; }

// Undoes half-finished commands: searches, numeric arguments, multi-key sequences.
static inline void chatkit_rl_abort(void) {
    rl_callback_sigcleanup();
    rl_free_line_state();
}

// Writes through the stream that readline writes through, so that nothing overtakes anything.
static inline void chatkit_put(const char *bytes, size_t count) {
    fwrite(bytes, 1, count, stdout);
}
static inline void chatkit_flush(void) { fflush(stdout); }
static inline int chatkit_history_base(void) { return history_base; }
static inline int chatkit_history_length(void) { return history_length; }
static inline const char *chatkit_rl_prompt(void) {
    return rl_display_prompt ? rl_display_prompt : "";
}
static inline void chatkit_rl_size(int *rows, int *columns) { rl_get_screen_size(rows, columns); }

// POSIX (XSI) has it, and readline measures with it; <wchar.h> declares it only when asked to.
extern int wcwidth(wchar_t character);
static inline int chatkit_columns(unsigned int scalar) { return wcwidth((wchar_t)scalar); }
