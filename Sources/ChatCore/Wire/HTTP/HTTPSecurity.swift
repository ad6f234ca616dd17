// What browsers are told to keep a page from doing, on every response: one table.
// https://www.w3.org/TR/CSP3/, https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header,
// https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies
// SPDX-License-Identifier: GPL-3.0-or-later

package enum HTTPSecurity {
    /// What the page may load and where it may connect: its own server, and nothing inline.
    package static let contentPolicy: [(directive: StaticString, sources: StaticString)] = [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("img-src", "'self' data:"),
        ("connect-src", "'self'"),
        ("manifest-src", "'self'"),
        ("frame-ancestors", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    ]

    /// The fields, in the order in which they are sent.
    package static let fields: [(name: StaticString, value: String)] = [
        (
            "Content-Security-Policy",
            contentPolicy.map { "\($0.directive) \($0.sources)" }.joined(separator: "; ")
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// The same as lines, put together once.
    static let lines: [UInt8] = fields.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
}
