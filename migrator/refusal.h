// SPDX-License-Identifier: Apache-2.0
// Refusal: wisp will not, or cannot any more, do what was asked. Its text says what, where and what
// the operator can do now. Server errors stay mysql::Error.
#pragma once

#include <stdexcept>

namespace wisp::migrator {

class Refusal : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Which table is which after a cut-over cannot be told; nothing more may be touched.
class Ambiguous : public Refusal {
  public:
    using Refusal::Refusal;
};

/// Source and ghost differ, and copying again did not help or was not tried.
class DataDiffers : public Refusal {
  public:
    using Refusal::Refusal;
};

/// All attempts to swap the tables failed.
class CutOverGivenUp : public Refusal {
  public:
    using Refusal::Refusal;
};

/// The operator asked to stop (signal or panic file): no failure of the run, but no success either.
class Stopped : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// critical-load ended the run.
class Overloaded : public Stopped {
  public:
    using Stopped::Stopped;
};

}  // namespace wisp::migrator
