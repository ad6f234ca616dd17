// What is served as it is: a web page and its parts, known when the server starts. A path is looked up
// and never joined to anything, so no request can leave the table.
// RFC 9110 §8.8.3 (entity tags), §13.1.2 (If-None-Match).
// SPDX-License-Identifier: GPL-3.0-or-later

/// One file of a site.
package struct HTTPAsset: Sendable {
    package let contentType: StaticString
    package let bytes: [UInt8]
    /// Its entity tag, quotes included; another when a byte is another.
    package let tag: String

    /// - Parameter tag: without quotes; changes with the bytes.
    package init(contentType: StaticString, bytes: [UInt8], tag: String) {
        self.contentType = contentType
        self.bytes = bytes
        self.tag = "\"\(tag)\""
    }

    /// The answer to a GET or HEAD: the file, or that the client has it. Clients ask each time, which
    /// costs them little and never shows them an old page.
    func response(to request: HTTPRequest) -> HTTPResponse {
        let isHeld = request.holds(tag)
        var response =
            isHeld
            ? HTTPResponse(.notModified) : HTTPResponse(.ok, contentType: contentType, body: bytes)
        response.add("ETag", tag)
        response.add("Cache-Control", "no-cache")
        return response
    }
}

/// Files by path.
package struct HTTPSite: Sendable {
    private var assets: [String: HTTPAsset] = [:]

    package init() {}

    /// The file at a path such as `/chat.css`.
    package subscript(path: String) -> HTTPAsset? {
        get { assets[path] }
        set { assets[path] = newValue }
    }
}
