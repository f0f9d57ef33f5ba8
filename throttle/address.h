// SPDX-License-Identifier: Apache-2.0
// Address: host and port of a server to watch. Plain data; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "mysql/endpoint.h"

namespace wisp::throttle {

struct Address {
    std::string host;
    std::uint16_t port = 3306;
    /// "host:port", which parse_address() reads.
    [[nodiscard]] std::string label() const;
    bool operator==(const Address&) const = default;
};

/// "host" or "host:port". Fails with a sentence.
[[nodiscard]] Expected<Address> parse_address(std::string_view text);
/// "host[:port],…"; empty text is none.
[[nodiscard]] Expected<std::vector<Address>> parse_addresses(std::string_view text);
[[nodiscard]] std::string to_string(const std::vector<Address>& addresses);
/// The same account and TLS at another place.
[[nodiscard]] mysql::Endpoint at(mysql::Endpoint account, const Address& address);

}  // namespace wisp::throttle
