// The cookie by which a page that begins anew stands where it stood: the answer to the first request of
// an Engine.IO session sets it, and the next session's first request shows it.
// RFC 6265.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A place in the queue, as a cookie.
package enum PlaceCookie {
    private static let name = "chatkit_place="

    /// The field that has a browser keep the ticket as long as a place is kept, and longer.
    package static func field(_ ticket: String) -> String {
        "\(name)\(ticket); Path=/socket.io; Max-Age=60; HttpOnly; SameSite=Lax"
    }

    /// The ticket in a request's cookies; `head` begins with the request.
    package static func ticket(in head: some Sequence<UInt8>) -> String? {
        for line in String(decoding: Array(head), as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        {
            // What follows is the request's content.
            if line.isEmpty { return nil }
            guard line.prefix(7).lowercased() == "cookie:" else { continue }
            for part in line.dropFirst(7).split(separator: ";") {
                let pair = part.drop { $0 == " " }
                guard pair.hasPrefix(name) else { continue }
                let value = String(pair.dropFirst(name.count))
                if Resume.isToken(value) { return value }
            }
        }
        return nil
    }
}
