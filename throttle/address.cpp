// SPDX-License-Identifier: Apache-2.0
#include "throttle/address.h"

#include <charconv>

namespace wisp::throttle {

std::string Address::label() const {
    return host + ":" + std::to_string(port);
}

Expected<Address> parse_address(std::string_view text) {
    Address address;
    const auto colon = text.rfind(':');
    address.host = text.substr(0, colon);
    bool good = !address.host.empty() && address.host.find_first_of(" \t,") == std::string::npos;
    if (colon != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data() + colon + 1, end, address.port);
        good = good && parsed.ec == std::errc{} && parsed.ptr == end && address.port != 0;
    }
    if (!good) return Unexpected("\"" + std::string(text) + "\" is no host:port");
    return address;
}

Expected<std::vector<Address>> parse_addresses(std::string_view text) {
    std::vector<Address> addresses;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto address = parse_address(text.substr(0, comma));
        if (!address) return Unexpected(address.error());
        addresses.push_back(*address);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return addresses;
}

std::string to_string(const std::vector<Address>& addresses) {
    std::string text;
    for (const Address& address : addresses) {
        if (!text.empty()) text += ',';
        text += address.label();
    }
    return text;
}

mysql::Endpoint at(mysql::Endpoint account, const Address& address) {
    account.socket.clear();
    account.host = address.host;
    account.port = address.port;
    return account;
}

}  // namespace wisp::throttle
