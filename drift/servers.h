// SPDX-License-Identifier: Apache-2.0
// Servers: the primary and its replicas, looked at once: versions, kinship, digests they share. A
// desk is one worker's connections to all of them; one thread owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "drift/meeting.h"
#include "drift/options.h"
#include "drift/row_text.h"
#include "mysql/connector.h"

namespace wisp::drift {

struct Desk {
    std::unique_ptr<mysql::Connection> primary;
    std::vector<std::unique_ptr<mysql::Connection>> replicas;
    /// Any thread, as long as the desk lives.
    void cancel() noexcept;
};

class Servers {
  public:
    /// Connects to each. Throws Refusal where two cannot be compared, mysql::Error.
    explicit Servers(const Options& options);

    /// All connections made anew. Throws mysql::Error when patience ends.
    [[nodiscard]] std::unique_ptr<Desk> open_desk(const std::stop_token& stop) const;
    [[nodiscard]] std::size_t replicas() const { return replicas_.size(); }
    [[nodiscard]] const Kinship& kinship(std::size_t replica) const { return kinships_[replica]; }
    [[nodiscard]] std::string label(std::size_t replica) const {
        return replicas_[replica].endpoint().label();
    }
    [[nodiscard]] DigestForm form() const { return form_; }

  private:
    mysql::Connector primary_;
    std::vector<mysql::Connector> replicas_;
    std::vector<Kinship> kinships_;
    DigestForm form_ = DigestForm::kNarrow;
};

}  // namespace wisp::drift
