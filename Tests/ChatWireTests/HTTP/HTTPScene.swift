// What the HTTP tests share: requests decoded in every way of cutting them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

enum HTTPScene {
    /// What becomes of `text`, however it is cut.
    static func decode(
        _ text: String, maxBodyBytes: Int = Limits.maxHTTPBodyBytes, cuts: Int = 20
    ) throws -> HTTPRecord {
        try decode(Array(text.utf8), maxBodyBytes: maxBodyBytes, cuts: cuts)
    }

    static func decode(
        _ bytes: [UInt8], maxBodyBytes: Int = Limits.maxHTTPBodyBytes, cuts: Int = 20
    ) throws -> HTTPRecord {
        try HTTPRecord.verified(bytes, maxBodyBytes: maxBodyBytes, cuts: cuts)
    }

    /// The one request that `text` is.
    static func request(_ text: String) throws -> HTTPRequest {
        let record = try decode(text, cuts: 3)
        #expect(record.error == nil)
        #expect(record.requests.count == 1)
        return try #require(record.requests.first)
    }

    /// A GET with some fields, each with its CRLF.
    static func get(_ target: String = "/", _ fields: String = "") throws -> HTTPRequest {
        try request("GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    }

    /// What a request line with that target is refused for, or nil.
    static func error(target: String, method: String = "GET") throws -> HTTPError? {
        try decode("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n", cuts: 2).error
    }

    /// The error of a request with one more line between Host and the empty line.
    static func error(field: [UInt8]) throws -> HTTPError? {
        let start = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8)
        return try decode(start + field + Array("\r\n\r\n".utf8), cuts: 2).error
    }

    static func error(field: String) throws -> HTTPError? {
        try error(field: Array(field.utf8))
    }
}
