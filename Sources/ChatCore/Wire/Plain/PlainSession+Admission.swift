// Waiting, being served and rating, as sentences.
// SPDX-License-Identifier: GPL-3.0-or-later

extension PlainSession {
    func describeAdmission(_ event: ClientEvent, _ reply: inout ByteBuffer) {
        for line in AdmissionText.lines(event) { say(line, &reply) }
    }
}
