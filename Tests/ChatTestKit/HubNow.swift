// Requests at a wall clock's time: the monotonic clock of these tests shows the same.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension Hub {
    /// Carries out one request of `client`.
    package mutating func apply(
        _ request: HubRequest, from client: ClientID, now: Timestamp, output: inout HubOutput
    ) {
        let (nanoseconds, overflow) = now.milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let instant = Instant(nanoseconds: overflow ? .max : nanoseconds)
        apply(request, from: client, now: Now(instant: instant, wall: now), output: &output)
    }
}
