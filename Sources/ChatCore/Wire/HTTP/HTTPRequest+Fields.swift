// Header fields by name, and the questions that handlers ask of them. Names are compared without
// regard to case and are given in small letters.
// SPDX-License-Identifier: GPL-3.0-or-later

extension HTTPRequest {
    /// The value of the first field named `name`.
    package func value(of name: StaticString) -> ArraySlice<UInt8>? {
        head.withUnsafeBytes { bytes in fields.first { $0.isNamed(name, in: bytes) } }
            .map { slice($0.value) }
    }

    /// The same as text, repaired where it is no UTF-8.
    package func text(of name: StaticString) -> String? {
        value(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of each field named `name`, as text.
    package func texts(of name: StaticString) -> [String] {
        var texts: [String] = []
        forEachValue(of: name) { value in
            texts.append(String(decoding: value, as: UTF8.self))
            return true
        }
        return texts
    }

    /// The elements of all fields named `name`, read as one list (RFC 9110 §5.3).
    package func list(of name: StaticString) -> [String] {
        var elements: [String] = []
        forEachValue(of: name) { value in
            var list = HTTPListReader(value)
            while let element = list.next() {
                elements.append(String(decoding: element, as: UTF8.self))
            }
            return true
        }
        return elements
    }

    /// Whether `token` (small letters) is an element of the fields named `name`, in any case.
    package func lists(_ token: StaticString, in name: StaticString) -> Bool {
        var isListed = false
        forEachValue(of: name) { value in
            var list = HTTPListReader(value)
            while !isListed, let element = list.next() {
                isListed = HTTPScan.isEqual(element, token)
            }
            return !isListed
        }
        return isListed
    }

    /// Whether the client asks for WebSocket on this connection (RFC 6455 §4.2.1, 1 to 4). The key
    /// and the version are left to who answers.
    package var isWebSocketUpgrade: Bool {
        method == .get && version == .http11 && lists("websocket", in: "upgrade")
            && lists("upgrade", in: "connection")
    }

    /// The media type of the content in small letters, without parameters; nil without the field.
    package var contentType: String? {
        value(of: "content-type").map { value in
            let type = value.prefix { $0 != UInt8(ascii: ";") }
            let end = type.lastIndex { $0 != 0x20 && $0 != 0x09 }
            let name = end.map { type[...$0] } ?? []
            return String(decoding: name.map(HTTPScan.lowered), as: UTF8.self)
        }
    }

    /// Whether the client holds the representation that `tag` (quotes included) stands for, so
    /// that 304 is the answer to GET and HEAD (RFC 9110 §13.1.2).
    package func holds(_ tag: String) -> Bool {
        guard method == .get || method == .head else { return false }
        let tag = Array(tag.utf8)
        var isHeld = false
        forEachValue(of: "if-none-match") { value in
            isHeld = HTTPEntityTag.isListed(tag, in: value)
            return !isHeld
        }
        return isHeld
    }

    /// How much the client wants a media type (`text/html`): 0, not at all, to 1000. Without Accept
    /// it takes anything (RFC 9110 §12.5.1).
    package func preference(for type: StaticString) -> Int {
        weight(of: type, in: "accept") ?? 1000
    }

    /// Whether content may be sent to the client in a coding (`gzip`). Without Accept-Encoding, or
    /// when it names neither the coding nor `*`, it may not (RFC 9110 §12.5.3).
    package func accepts(coding: StaticString) -> Bool {
        (weight(of: coding, in: "accept-encoding") ?? 0) > 0
    }

    /// nil without the field.
    private func weight(of name: StaticString, in field: StaticString) -> Int? {
        var best: (weight: Int, precision: Int)?
        forEachValue(of: field) { value in
            let found = HTTPPreference.weight(of: name, in: value)
            if best.map({ found.precision > $0.precision }) ?? true { best = found }
            return true
        }
        return best?.weight
    }

    /// Shows the values of the fields named `name` until `body` has seen enough.
    private func forEachValue(
        of name: StaticString, _ body: (UnsafeRawBufferPointer) -> Bool
    ) {
        head.withUnsafeBytes { bytes in
            for field in fields where field.isNamed(name, in: bytes) {
                let value = UnsafeRawBufferPointer(rebasing: bytes[field.value.range])
                guard body(value) else { return }
            }
        }
    }
}
