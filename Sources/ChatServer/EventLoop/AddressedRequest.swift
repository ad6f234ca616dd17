// What a loop submits to the hub.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A request and who made it.
package struct AddressedRequest: Sendable {
    let client: ClientID
    let request: HubRequest
}
