// A page as a value: sections of paragraphs, definitions and code. Help on the terminal and the
// manual are two renderings of the same page.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A part of a section. Texts are marked; see `Markup`.
package enum Block: Sendable {
    case paragraph(String)
    /// A heading inside the section.
    case heading(String)
    /// Lines to be shown as they are; no marks.
    case code([String])
    case definitions([Definition])
}

/// A term and what it means.
package struct Definition: Sendable {
    package let term: String
    package let says: [String]

    package init(_ term: String, _ says: [String]) {
        self.term = term
        self.says = says
    }

    package init(_ term: String, _ says: String) {
        self.init(term, [says])
    }
}

/// A section with its title, in capitals as manuals have it.
package struct PageSection: Sendable {
    package let title: String
    package let blocks: [Block]

    package init(_ title: String, _ blocks: [Block]) {
        self.title = title
        self.blocks = blocks
    }
}

/// A whole page.
package struct Page: Sendable {
    /// `chatkit-serve`.
    package let name: String
    /// The manual's section: 1 for commands, 5 for formats.
    package let manualSection: Int
    package let summary: String
    package let sections: [PageSection]

    package init(name: String, manualSection: Int, summary: String, sections: [PageSection]) {
        self.name = name
        self.manualSection = manualSection
        self.summary = summary
        self.sections = sections
    }

    /// The name of the file it is kept in.
    package var fileName: String { "\(name).\(manualSection)" }
}
