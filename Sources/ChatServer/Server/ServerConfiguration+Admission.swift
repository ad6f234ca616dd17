// How a server admits clients, from its configuration. PRODUCT "Admission".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ServerConfiguration {
    /// The policy of its queue.
    package var admission: AdmissionPolicy {
        AdmissionPolicy(
            wait: wait, keepsPlace: Limits.keepsPlace, maxWaiting: maxWaiting, isDesk: isDesk)
    }
}
