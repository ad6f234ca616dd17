// Why bytes are no request. Where a request ends is uncertain after any of these, so each of them
// ends the connection: what follows could be read differently by whoever sent it on to us
// (RFC 9112 §11.2, request smuggling).
// SPDX-License-Identifier: GPL-3.0-or-later

/// A refused request. Each case is answered by exactly one response, and the connection closes.
package enum HTTPError: Error, Hashable, Sendable, CaseIterable {
    /// Not `method SP target SP version`, or the method is no token.
    case badRequestLine
    /// CONNECT, or longer than `Limits.maxHTTPMethodBytes`.
    case methodNotImplemented
    /// No form of target that the method may have, an escape that is none, or a way out of the tree.
    case badTarget
    /// Over `Limits.maxHTTPTargetBytes` or `Limits.maxHTTPPathSegments`.
    case targetTooLong
    /// More than `Limits.maxHTTPFormPairs`.
    case tooManyParameters
    /// HTTP/0.9, or the preface of HTTP/2 and later.
    case versionNotSupported
    /// LF without CR before it.
    case bareLineFeed
    /// A name that is no token, white space around it, a folded line, or a control character.
    case badField
    /// Over `maxHTTPFieldBytes`, `maxHTTPHeaderBytes`, `maxHTTPFields` or `maxHTTPTrailerBytes`.
    case fieldsTooLarge
    /// Missing in HTTP/1.1, more than one, or not a host and a port.
    case badHost
    /// Not one decimal number, or more than one field.
    case badContentLength
    /// Content-Length together with Transfer-Encoding.
    case conflictingLengths
    /// More than one field, not ending in `chunked`, or in HTTP/1.0.
    case badTransferCoding
    /// Codings before `chunked`.
    case transferCodingNotImplemented
    /// Expect with anything but `100-continue`.
    case expectationFailed
    /// Over what the decoder was made for.
    case bodyTooLarge
    /// A size that is none, an over-long line, or no CRLF after the data.
    case badChunk
    /// A trailer field that is malformed, or would change where the request ends.
    case badTrailer

    /// The status it is answered with.
    package var status: HTTPStatus { row.status }

    /// The word for programs.
    package var code: String { "\(row.code)" }

    /// The sentence for people.
    package var message: String { "\(row.message)" }

    /// How it is answered: whole, as HTTP/1.1, and the connection closes behind it.
    package var exchange: HTTPExchange {
        HTTPExchange(isHead: false, version: .http11, isKeepAlive: false)
    }

    /// The answer, to be encoded for `exchange`.
    package var response: HTTPResponse { .failure(status, code: code, message: message) }

    private var row: (status: HTTPStatus, code: StaticString, message: StaticString) {
        switch self {
        case .badRequestLine:
            (.badRequest, "bad_request_line", "the request line is malformed")
        case .methodNotImplemented:
            (.notImplemented, "method_not_implemented", "this method is not served")
        case .badTarget: (.badRequest, "bad_target", "the request target is malformed")
        case .targetTooLong: (.uriTooLong, "target_too_long", "the request target is too long")
        case .tooManyParameters:
            (.badRequest, "too_many_parameters", "the query has too many parameters")
        case .versionNotSupported:
            (.versionNotSupported, "version_not_supported", "HTTP/1.1 and HTTP/1.0 are served")
        case .bareLineFeed: (.badRequest, "bare_line_feed", "lines must end in CR LF")
        case .badField: (.badRequest, "bad_field", "a header field is malformed")
        case .fieldsTooLarge:
            (.fieldsTooLarge, "fields_too_large", "the header fields are too long or too many")
        case .badHost: (.badRequest, "bad_host", "exactly one valid Host field is needed")
        case .badContentLength:
            (.badRequest, "bad_content_length", "Content-Length must be one decimal number")
        case .conflictingLengths:
            (
                .badRequest, "conflicting_lengths",
                "Content-Length and Transfer-Encoding exclude each other"
            )
        case .badTransferCoding:
            (.badRequest, "bad_transfer_coding", "Transfer-Encoding must be chunked")
        case .transferCodingNotImplemented:
            (
                .notImplemented, "transfer_coding_not_implemented",
                "no transfer coding but chunked is understood"
            )
        case .expectationFailed:
            (.expectationFailed, "expectation_failed", "only 100-continue can be expected")
        case .bodyTooLarge: (.contentTooLarge, "body_too_large", "the content is too long")
        case .badChunk: (.badRequest, "bad_chunk", "the chunked content is malformed")
        case .badTrailer: (.badRequest, "bad_trailer", "a trailer field is malformed")
        }
    }
}
