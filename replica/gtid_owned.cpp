// SPDX-License-Identifier: Apache-2.0
#include "replica/gtid_owned.h"

#include <cctype>
#include <cstddef>

namespace wisp::replica {
namespace {

constexpr std::size_t kUuid = 36;

bool uuid_at(std::string_view text, std::size_t at) {
    if (at + kUuid > text.size()) return false;
    for (std::size_t i = 0; i < kUuid; ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[at + i];
        if (dash ? c != '-' : std::isxdigit(static_cast<unsigned char>(c)) == 0) return false;
    }
    return true;
}

}  // namespace

std::string owned_as_set(std::string_view owned) {
    std::string set;
    for (std::size_t i = 0; i < owned.size();) {
        if (uuid_at(owned, i)) {
            if (!set.empty()) set += ',';
            set += owned.substr(i, kUuid);
            i += kUuid;
        } else if (owned[i] == '#') {
            for (++i; i < owned.size() && std::isdigit(static_cast<unsigned char>(owned[i])) != 0;)
                ++i;
            // A uuid may follow right behind a thread's number, and begin with digits.
            for (std::size_t back = 0; back < 8 && back < i; ++back) {
                if (owned[i - back - 1] == '#') break;
                if (uuid_at(owned, i - back - 1)) {
                    i -= back + 1;
                    break;
                }
            }
        } else {
            const char c = owned[i++];
            if (c == ':' || std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') set += c;
        }
    }
    return set;
}

}  // namespace wisp::replica
