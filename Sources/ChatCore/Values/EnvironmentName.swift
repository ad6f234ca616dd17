// Variables that have a meaning of their own, beside those that stand for an option.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Names of environment variables.
package enum EnvironmentName {
    /// May have the operators' password.
    package static let operatorPassword = "CHATKIT_OPERATOR_PASSWORD"
}
