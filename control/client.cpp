// SPDX-License-Identifier: Apache-2.0
#include "control/client.h"

namespace wisp::control {

Expected<Client> Client::connect(const std::string& place, const std::string& token) {
    auto fd = connect_to(place);
    if (!fd) return Unexpected(fd.error());
    Client client(std::move(*fd));
    const std::string words = (token.empty() ? "" : "token=" + token + "\n") + "session\n";
    if (!send_text(client.fd_.get(), words)) return Unexpected(place + ": the run has ended");
    const auto reply = client.receive();
    if (!reply) return Unexpected(place + ": " + reply.error());
    return client;
}

Expected<Reply> Client::ask(const std::string& command) {
    if (!send_text(fd_.get(), command + "\n")) return Unexpected("the run has ended");
    return receive();
}

Expected<Reply> Client::receive() {
    constexpr std::chrono::minutes kPatience{10};
    Reply reply;
    for (std::string line;;) {
        switch (reader_.next(line, kPatience)) {
            case LineReader::Got::kLine:
                break;
            case LineReader::Got::kNothing:
                return Unexpected("no answer");
            default:
                return Unexpected(reply.text.empty() ? "the run has ended"
                                                     : reply.text.substr(0, reply.text.size() - 1));
        }
        if (line == "ok") return reply;
        if (line == "error") {
            reply.ok = false;
            return reply;
        }
        reply.text += line + "\n";
    }
}

}  // namespace wisp::control
