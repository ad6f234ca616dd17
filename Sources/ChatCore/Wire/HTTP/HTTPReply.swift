// What a server answered to a request of ours, and why bytes are no answer: RFC 9110 §15, RFC 9112 §4
// and §6. Answers that we give are `HTTPResponse`.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One whole answer.
package struct HTTPReply: Hashable, Sendable {
    /// 200 to 599.
    package let status: Int
    package internal(set) var body: [UInt8] = []
    /// The head with the empty line at its end.
    let head: [UInt8]
    let fields: [HTTPField]

    init(status: Int, head: [UInt8], fields: [HTTPField]) {
        self.status = status
        self.head = head
        self.fields = fields
    }

    package static func == (a: HTTPReply, b: HTTPReply) -> Bool {
        a.head == b.head && a.body == b.body
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(head)
        hasher.combine(body)
    }

    /// Whether what was asked for was done.
    package var isSuccess: Bool { (200...299).contains(status) }

    /// The value of the first field called `name`, which is written in small letters; ill-formed
    /// UTF-8 is repaired.
    package func text(of name: StaticString) -> String? {
        head.withUnsafeBytes { bytes in
            fields.first { $0.isNamed(name, in: bytes) }.map {
                String(decoding: bytes[$0.value.range], as: UTF8.self)
            }
        }
    }

    /// The one JSON value that the content is; nil when it is none.
    package var json: JSONValue? { try? JSONReader.value(in: body) }

    /// What an answer of ours says went wrong: `{"error":{"code":…,"message":…}}`.
    package var failure: (code: String, message: String)? {
        guard let error = json?.object?["error"]?.object, let code = error["code"]?.string,
            let message = error["message"]?.string
        else { return nil }
        return (code, message)
    }
}

/// Bytes that are no answer; nothing can be read after any of these.
package enum HTTPReplyError: Error, Hashable, Sendable, CaseIterable {
    /// Not `HTTP/1.x SP 3DIGIT`, or it is longer than `Limits.maxHTTPFieldBytes`.
    case badStatusLine
    /// A protocol was changed to that nobody asked for.
    case switched
    /// More than `Limits.maxHTTPInterimReplies`.
    case tooManyInterim
    /// LF without CR before it.
    case bareLineFeed
    case badField
    /// Over `maxHTTPFieldBytes`, `maxHTTPHeaderBytes`, `maxHTTPFields` or `maxHTTPTrailerBytes`.
    case fieldsTooLarge
    /// Not one decimal number, more than one field, or one beside Transfer-Encoding.
    case badLength
    /// A transfer coding that is not `chunked` alone, or one in HTTP/1.0.
    case badTransferCoding
    /// Over what the decoder was made for.
    case bodyTooLarge
    /// A chunk or a trailer that is malformed.
    case badChunk
    /// The connection ended first.
    case truncated

    /// The sentence for people.
    package var message: String {
        switch self {
        case .badStatusLine: "the answer is no http"
        case .switched: "the server changed to another protocol"
        case .tooManyInterim: "the server keeps announcing an answer"
        case .bareLineFeed: "a line of the answer does not end in cr lf"
        case .badField: "a header field of the answer is malformed"
        case .fieldsTooLarge: "the answer's header fields are too long or too many"
        case .badLength: "the answer does not say one length"
        case .badTransferCoding: "the answer has a transfer coding that is not chunked"
        case .bodyTooLarge: "the answer is too long"
        case .badChunk: "the answer's chunks are malformed"
        case .truncated: "the connection ended before the answer was whole"
        }
    }

    /// What the chunks of an answer can be refused for.
    init(_ error: HTTPError) {
        switch error {
        case .bodyTooLarge: self = .bodyTooLarge
        case .fieldsTooLarge: self = .fieldsTooLarge
        case .bareLineFeed: self = .bareLineFeed
        default: self = .badChunk
        }
    }
}
