// SPDX-License-Identifier: Apache-2.0
// Problem: a replica is not, or cannot be brought, into the state that is needed. Its text says
// what, where and what the operator can do now. Server errors stay mysql::Error.
#pragma once

#include <stdexcept>

namespace wisp::replica {

class Problem : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace wisp::replica
