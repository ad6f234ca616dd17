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

    /// Those that only a relay serves.
    static var relayFiles: [File] {
        [
            File("table.html", at: "/table", type: html, PackageResources.table_html),
            File("table.css", type: css, PackageResources.table_css),
            File("table.js", type: script, PackageResources.table_js),
        ]
    }

    /// The site that is in the program, of a server or of a relay.
    static func shipped(isRelay: Bool = false) -> HTTPSite {
        var site = HTTPSite()
        for file in isRelay ? files + relayFiles : files {
            let isCode = [".js", ".css"].contains { file.name.hasSuffix($0) }
            let bytes = isCode ? slim(file.bytes) : file.bytes
            // Half of the digest tells any two versions of a file apart.
            let tag = WebSocketHandshake.sha1(bytes).prefix(10)
                .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let asset = HTTPAsset(contentType: file.type, bytes: bytes, tag: tag)
            for path in file.paths { site[path] = asset }
        }
        return site
    }

    /// A script or style sheet as it is sent: without its indentation and the lines that are comments,
    /// but for that of the licence. Each line keeps its number; no text in the files goes over lines.
    package static func slim(_ bytes: [UInt8]) -> [UInt8] {
        var slim: [UInt8] = []
        slim.reserveCapacity(bytes.count)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = line.drop { $0 == UInt8(ascii: " ") }
            let isComment = words.starts(with: "//".utf8) && !words.starts(with: "// SPDX".utf8)
            if !isComment { slim += words }
            slim.append(UInt8(ascii: "\n"))
        }
        slim.removeLast()
        return slim
    }
}
