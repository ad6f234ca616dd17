// The files of the web pages, as they are sent.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct AssetsTests {
    @Test("Code is sent without comments and indentation, but with its licence and line numbers")
    func slim() {
        let source = """
            // What it is.
            // SPDX-License-Identifier: GPL-3.0-or-later

            if (a) {
              // Why.
              b('// no comment');  // Because.
            }

            """
        let sent = """

            // SPDX-License-Identifier: GPL-3.0-or-later

            if (a) {

            b('// no comment');  // Because.
            }

            """
        #expect(HTTPSite.slim(Array(source.utf8)) == Array(sent.utf8))
        #expect(HTTPSite.slim([]) == [])
    }
}
