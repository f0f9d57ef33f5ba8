// SPDX-License-Identifier: Apache-2.0
// Client: asks a running wisp over its socket; `wisp ctl`.
#pragma once

#include <string>

#include "base/expected.h"
#include "base/unique_fd.h"
#include "control/console.h"
#include "control/socket.h"

namespace wisp::control {

class Client {
  public:
    /// `place`: a socket's path, or host:port. `token`: as the run asks for it; may be empty. Fails
    /// with a sentence.
    [[nodiscard]] static Expected<Client> connect(const std::string& place,
                                                  const std::string& token);
    /// One command and its reply. Fails when the run has ended or does not answer within ten
    /// minutes (a hook may look at the command first).
    [[nodiscard]] Expected<Reply> ask(const std::string& command);

  private:
    explicit Client(UniqueFd fd) : fd_(std::move(fd)), reader_(fd_.get()) {}
    [[nodiscard]] Expected<Reply> receive();

    UniqueFd fd_;
    LineReader reader_;
};

}  // namespace wisp::control
