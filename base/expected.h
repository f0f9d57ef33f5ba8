// SPDX-License-Identifier: Apache-2.0
// Expected<T>: what parsers return. The error is a sentence for the operator.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace wisp {

template <typename T>
using Expected = tl::expected<T, std::string>;

using Unexpected = tl::unexpected<std::string>;

}  // namespace wisp
