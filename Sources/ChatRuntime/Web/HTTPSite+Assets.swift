// The web page and its parts, which are in the program itself (Web/Assets). Every file of the folder has
// a row here: a test holds the two against each other.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension HTTPSite {
    /// A file and where it is served.
    struct File {
        let name: String
        let paths: [String]
        let type: StaticString
        let bytes: [UInt8]

        init(_ name: String, at paths: String..., type: StaticString, _ bytes: [UInt8]) {
            self.name = name
            self.paths = paths + ["/" + name]
            self.type = type
            self.bytes = bytes
        }
    }

    private static let html: StaticString = "text/html; charset=utf-8"
    private static let css: StaticString = "text/css; charset=utf-8"
    private static let script: StaticString = "text/javascript; charset=utf-8"

    static var files: [File] {
        [
            File("index.html", at: "/", type: html, PackageResources.index_html),
            File("operator.html", at: "/operator", type: html, PackageResources.operator_html),
            File("chat.css", type: css, PackageResources.chat_css),
            File("more.css", type: css, PackageResources.more_css),
            File("operator.css", type: css, PackageResources.operator_css),
            File("charts.js", type: script, PackageResources.charts_js),
            File("chat.js", type: script, PackageResources.chat_js),
            File("desk.js", type: script, PackageResources.desk_js),
            File("more.js", type: script, PackageResources.more_js),
            File("operator.js", type: script, PackageResources.operator_js),
            File("panels.js", type: script, PackageResources.panels_js),
            File("session.js", type: script, PackageResources.session_js),
            File("view.js", type: script, PackageResources.view_js),
            File("wire.js", type: script, PackageResources.wire_js),
            File(
                "chat.svg", at: "/favicon.ico", type: "image/svg+xml", PackageResources.chat_svg),
        ]
    }

    /// The site that is in the program.
    static func shipped() -> HTTPSite {
        var site = HTTPSite()
        for file in files {
            // Half of the digest tells any two versions of a file apart.
            let tag = WebSocketHandshake.sha1(file.bytes).prefix(10)
                .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let asset = HTTPAsset(contentType: file.type, bytes: file.bytes, tag: tag)
            for path in file.paths { site[path] = asset }
        }
        return site
    }
}
