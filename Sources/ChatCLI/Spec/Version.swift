// The version, said once: `--version`, `welcome`, IRC's VERSION and the manual take it from here.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The package's version.
package let chatkitVersion = "0.1.0"

/// The day the manual pages speak of; changed together with the version or with their text.
package let chatkitManualDate = "2026-11-21"
