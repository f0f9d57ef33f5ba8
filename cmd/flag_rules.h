// SPDX-License-Identifier: Apache-2.0
// Which flags need and which exclude each other: one table, checked before any server is asked.
#pragma once

#include "base/expected.h"
#include "cmd/flag_words.h"

namespace wisp::cmd {

/// Fails with a sentence that names the flags of the first rule of `wisp migrate` that is broken.
[[nodiscard]] Expected<void> check_rules(const GivenFlags& given);

}  // namespace wisp::cmd
