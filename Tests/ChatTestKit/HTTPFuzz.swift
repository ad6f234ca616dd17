// What must hold of any bytes that are sent as HTTP: targets stay within the tree, and whatever a
// request is made of, its answer is one well-formed answer.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

enum HTTPFuzz {
    /// Small, so that inputs reach it.
    private static let maxBodyBytes = 2048

    private static let routes = HTTPRouteTable<String>([
        HTTPRoute(.get, "/", "home"), HTTPRoute(.get, "/api/rooms", "rooms"),
        HTTPRoute(.get, "/api/rooms/{room}/messages", "messages"),
        HTTPRoute(.post, "/api/rooms/{room}/messages", "post"),
        HTTPRoute([.put, .delete, .options], "/{any}", "any"),
    ])

    /// Everything that came of the pieces, as text.
    static func play(_ pieces: [ArraySlice<UInt8>]) throws(FuzzTarget.Failure) -> String {
        let outcome = Result { try HTTPRecord.play(pieces, maxBodyBytes: maxBodyBytes) }
        let record: HTTPRecord
        switch outcome {
        case .success(let success): record = success
        case .failure(let error): throw FuzzTarget.Failure("\(error)")
        }
        var text = ""
        for request in record.requests { text += try describe(request) }
        if let error = record.error {
            text += "\(error)\n" + (try answer(error.response, error.exchange))
        }
        return text + (record.hasEnded ? "ended" : "open")
    }

    private static func describe(_ request: HTTPRequest) throws(FuzzTarget.Failure) -> String {
        let segments = request.pathSegments
        for segment in segments {
            let bad = segment.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x2F || $0 == 0x5C }
            guard !bad, segment != ".", segment != ".." else {
                throw FuzzTarget.Failure("a path has the segment \(segment.debugDescription)")
            }
        }
        guard segments.count <= Limits.maxHTTPPathSegments,
            request.query.pairs.count <= Limits.maxHTTPFormPairs,
            request.body.count <= maxBodyBytes
        else { throw FuzzTarget.Failure("more than the limits allow in \(request)") }
        let form = HTTPForm(decoding: request.body)?.pairs.map { "\($0.name)=\($0.value)" }
        let body = String(decoding: request.body, as: UTF8.self)
        try checkStream(request.body)
        try checkEvent(body)
        var response = HTTPResponse(.ok, contentType: "text/plain", body: request.body)
        response.add("X-Path", request.rawPath + request.rawQuery)
        response.add("X-Body", body)
        if request.holds("\"tag\"") { response.status = .notModified }
        return """
            \(request.methodName) \(request.rawPath) \(segments) \(request.query.pairs) \
            \(request.authority ?? "nowhere") \(request.contentType ?? "untyped") \
            \(request.list(of: "connection")) \(request.isWebSocketUpgrade) \
            \(request.preference(for: "text/html")) \(request.accepts(coding: "gzip")) \
            \(form ?? []) \(routes.match(request)) \(body)
            \(try answer(response, request.exchange))
            """
    }

    /// The answer, which must be one.
    private static func answer(
        _ response: HTTPResponse, _ exchange: HTTPExchange
    ) throws(FuzzTarget.Failure) -> String {
        var output = ByteBuffer()
        response.encode(exchange, now: Timestamp(milliseconds: 1_780_000_000_000), into: &output)
        do throws(WireCheck.Violation) {
            try WireCheck.checkHTTP(
                output.storage, hasContent: response.status.hasContent && !exchange.isHead)
        } catch {
            throw FuzzTarget.Failure("an answer is \(error)")
        }
        return output.text
    }

    /// What is written in chunks must be read as it was.
    private static func checkStream(_ body: [UInt8]) throws(FuzzTarget.Failure) {
        var stream = ByteBuffer("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        HTTPStreamFraming.chunked.write(body[..<(body.count / 3)], into: &stream)
        HTTPStreamFraming.chunked.write(body[(body.count / 3)...], into: &stream)
        HTTPStreamFraming.chunked.end(into: &stream)
        var decoder = HTTPRequestDecoder(maxBodyBytes: maxBodyBytes)
        let read = try? decoder.next(in: &stream)
        guard read?.body == body, stream.isEmpty else {
            throw FuzzTarget.Failure("chunks of \(body) are not read as they were written")
        }
    }

    /// An event must be one event, with the lines of its data.
    private static func checkEvent(_ data: String) throws(FuzzTarget.Failure) {
        var output = ByteBuffer()
        ServerSentEvent(id: data, event: data, data: data).encode(into: &output)
        let written = output.storage
        let lines = written.split(separator: 0x0A, omittingEmptySubsequences: false)
        let names = lines.map { String(decoding: $0.prefix { $0 != 0x3A }, as: UTF8.self) }
        guard !written.contains(0x0D), names.starts(with: ["id", "event", "data"]),
            names.dropFirst(3).dropLast(2).allSatisfy({ $0 == "data" }),
            lines.suffix(2).allSatisfy(\.isEmpty)
        else { throw FuzzTarget.Failure("an event of \(data.debugDescription) is not one event") }
    }
}
