// Methods and versions. RFC 9110 §9, RFC 5789 (PATCH); RFC 9110 §2.5.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a request asks for. CONNECT is none of them: it is refused before it becomes a request.
package enum HTTPMethod: UInt8, Hashable, Sendable, CaseIterable {
    case get, head, post, put, delete, options, patch, trace
    /// Any other token; `HTTPRequest.methodName` has it.
    case other

    /// As it is written on the wire; empty for `other`.
    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .other: ""
        }
    }

    /// Methods are compared exactly (RFC 9110 §9.1).
    init(_ bytes: UnsafeRawBufferPointer) {
        let (one, other): (HTTPMethod, HTTPMethod)
        switch bytes.count {
        case 3: (one, other) = (.get, .put)
        case 4: (one, other) = (.post, .head)
        case 5: (one, other) = (.patch, .trace)
        case 6: (one, other) = (.delete, .other)
        case 7: (one, other) = (.options, .other)
        default: (one, other) = (.other, .other)
        }
        self = one.isWritten(bytes) ? one : other.isWritten(bytes) ? other : .other
    }

    private func isWritten(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let name = name
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] != name.utf8Start[index] { return false }
        return true
    }
}

/// Several methods: those of a route, or of an `Allow` field.
package struct HTTPMethodSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The set of one method.
    package init(_ method: HTTPMethod) { rawValue = 1 << UInt16(method.rawValue) }

    package static let get = HTTPMethodSet(.get)
    package static let head = HTTPMethodSet(.head)
    package static let post = HTTPMethodSet(.post)
    package static let put = HTTPMethodSet(.put)
    package static let delete = HTTPMethodSet(.delete)
    package static let options = HTTPMethodSet(.options)
    package static let patch = HTTPMethodSet(.patch)

    /// As `Allow` and `Access-Control-Allow-Methods` have it: `GET, HEAD`.
    package var text: String {
        HTTPMethod.allCases.filter { $0 != .other && contains(HTTPMethodSet($0)) }
            .map { "\($0.name)" }.joined(separator: ", ")
    }
}

/// The version of a request. A minor version above 1 is treated as 1.1.
package enum HTTPVersion: Hashable, Sendable { case http10, http11 }
